import type { StoreWrite } from '../../runtime/store/state-store.ts';

const valueLength = 40 * 1024;

/** A value that says of which round it is, and is of that key and round in each of its bytes. */
export function bytesOf(key: string, round: number): Buffer {
  const value = Buffer.alloc(valueLength, `${key}/${round};`);
  value.writeUInt32LE(round);
  return value;
}

/** 200 keys, and writes of them: every eleventh round deletes a key that is a multiple of seven. */
export function replacedOften() {
  const keys = Array.from({ length: 200 }, (_, n) => `key-${n}`);
  const newest = new Map<string, number>();
  const round = (key: string, n: number): StoreWrite => {
    const isDeleted = n % 11 === 0 && Number(key.slice(4)) % 7 === 0;
    if (isDeleted) newest.delete(key);
    else newest.set(key, n);
    return { key, bytes: isDeleted ? null : bytesOf(key, n), dueAtMs: null };
  };
  return { keys, newest, round };
}
