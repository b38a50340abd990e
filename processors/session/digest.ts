/**
 * A small incremental hash (two multiplicative 32-bit lanes, as in cyrb53), for telling contents apart and for tokens.
 * Not for adversaries. `processors/` may not use `node:crypto`, and this is an order of magnitude cheaper than a
 * canonical text of the content.
 */
export type Digest = {
  add(value: string | number | boolean | null): Digest;
  /** 53 bits, fits an Avro long and a double. */
  number(): number;
  /** 64 bits as 16 hex digits. */
  hex(): string;
};

export function digest(seed = 0): Digest {
  let high = 0xdeadbeef ^ seed;
  let low = 0x41c6ce57 ^ seed;
  function mix(word: number): void {
    high = Math.imul(high ^ word, 0x9e3779b1);
    low = Math.imul(low ^ word, 0x5f356495);
    high = (high << 13) | (high >>> 19);
    low = (low << 15) | (low >>> 17);
  }
  const self: Digest = {
    add(value) {
      if (typeof value === 'string') {
        mix(0x10000 + value.length);
        for (let index = 0; index < value.length; index += 1) mix(value.charCodeAt(index));
      } else if (typeof value === 'number') {
        mix(0x20000 + (Math.floor(value / 0x1_0000_0000) | 0));
        mix(value | 0);
      } else {
        mix(value === null ? 0x30000 : value ? 0x30001 : 0x30002);
      }
      return self;
    },
    number() {
      const [a, b] = lanes(high, low);
      return (a & 0x1fffff) * 0x1_0000_0000 + b;
    },
    hex() {
      const [a, b] = lanes(high, low);
      return a.toString(16).padStart(8, '0') + b.toString(16).padStart(8, '0');
    },
  };
  return self;
}

function lanes(high: number, low: number): [number, number] {
  const avalanche = (a: number, b: number) => {
    const once = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
    return (once ^ (once >>> 16)) >>> 0;
  };
  const a = avalanche(high, low);
  return [a, avalanche(low, a)];
}
