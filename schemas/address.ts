/** Addresses of machines as settings and requests name them. */
import { BlockList, isIP, isIPv4 } from 'node:net';

/**
 * An address to listen on, in its one spelling: IPv4, IPv6 with or without brackets, or `localhost`, which is 127.0.0.1
 * here. Null for anything else: what a name stands for may change, and a misspelt address may be a name.
 */
export function listenAddress(text: string): string | null {
  if (text.toLowerCase() === 'localhost') return '127.0.0.1';
  const bare = /^\[(.+)\]$/.exec(text)?.[1];
  if (bare !== undefined && isIPv4(bare)) return null;
  return plainAddress(bare ?? text);
}

/** An IP address in its one spelling, so that two can be compared; null for anything else. */
export function plainAddress(text: string): string | null {
  if (isIPv4(text)) return text;
  // A zone (`fe80::1%eth0`) has no place in a URL and is kept as it is.
  const [address = '', zone] = text.split('%', 2);
  if (isIP(text) === 0 || isIP(address) !== 6) return null;
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short);
  if (mapped) {
    const [high, low] = [Number.parseInt(mapped[1] ?? '', 16), Number.parseInt(mapped[2] ?? '', 16)];
    return [high >> 8, high & 255, low >> 8, low & 255].join('.');
  }
  return zone === undefined ? short : `${short}%${zone}`;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether only this machine reaches an address. */
export function isLoopback(address: string): boolean {
  const plain = plainAddress(address);
  return plain !== null && loopback.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6');
}

/** `http://host:port` at which this machine reaches a server that listens on `address`. */
export function urlAt(address: string, port: number): string {
  const reachable = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

/** Whether a text is an IP address or a range of them (`10.0.0.0/8`). */
export function isAddressRange(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

/** `host:port` of every broker of a comma-separated list, an IPv6 address in brackets; null where one isn't that. */
export function brokerAddresses(text: string): { readonly host: string; readonly port: number }[] | null {
  const brokers = text.split(',').map((part) => {
    const [, host = '', digits = ''] = /^(\[[^\]]+\]|[^\s:/@[\]]+):(\d{1,5})$/.exec(part) ?? [];
    const bare = host.replace(/^\[|\]$/g, '');
    const port = Number(digits);
    const usable = bare !== '' && port >= 1 && port <= 65535 && (bare === host || isIP(bare) === 6);
    return usable ? { host: bare, port } : null;
  });
  return brokers.includes(null) ? null : brokers.filter((broker) => broker !== null);
}
