/** How many event streams each address has open, so that no single one takes all places. */
import { Semaphore } from '../../platform/semaphore.ts';
import { plainAddress } from '../../schemas/address.ts';

export type ReadersOfAddress = {
  /** Takes a place; gives how to leave it, null when the address has as many as it may. */
  enter(address: string): (() => void) | null;
};

export function readersOfAddress(most: number): ReadersOfAddress {
  const open = new Map<string, Semaphore>();
  return {
    enter(address) {
      const who = networkOf(address);
      const places = open.get(who) ?? new Semaphore(most);
      const leave = places.tryEnter();
      if (leave === null) return null;
      open.set(who, places);
      return () => {
        leave();
        if (places.idle) open.delete(who);
      };
    },
  };
}

/** An IPv4 address, or the /64 of an IPv6 address: that is what one customer is given, to choose addresses from freely. */
export function networkOf(address: string): string {
  const plain = plainAddress(address);
  if (plain === null || !plain.includes(':')) return plain ?? address;
  const [head = '', tail = ''] = (plain.split('%')[0] ?? '').split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  const groups = plain.includes('::') ? [...before, ...zeros, ...after] : before;
  return `${groups.slice(0, 4).join(':')}::/64`;
}
