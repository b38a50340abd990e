import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ValueCache } from '../../runtime/value-cache.ts';

const bytes = (text: string) => Buffer.from(text);
const textIn = (cache: ValueCache, key: string) => cache.get(key)?.toString();

test('the value that was set last is found, until it is deleted', () => {
  const cache = new ValueCache(1_000);
  cache.set('a', bytes('one'));
  cache.set('b', bytes(''));
  cache.set('a', bytes('another'));
  expect([textIn(cache, 'a'), textIn(cache, 'b'), textIn(cache, 'c')]).toEqual(['another', '', undefined]);
  cache.delete('a');
  expect([textIn(cache, 'a'), textIn(cache, 'b')]).toEqual([undefined, '']);
});

// The blocks in which values are encoded are large: one value of each would hold on to all of them.
test('a value is copied: what it lay in may be used again', () => {
  const cache = new ValueCache(1_000);
  const value = bytes('one');
  cache.set('a', value);
  value.fill('x');
  expect(textIn(cache, 'a')).toBe('one');
});

test('what was used since the last generation stays, what was not is forgotten', () => {
  // A generation has room for four values of six bytes.
  const cache = new ValueCache(2 * 4 * 10);
  for (const key of ['a', 'b', 'c', 'd']) cache.set(key, bytes(`value${key}`));
  cache.set('e', bytes('valuee'));
  expect(textIn(cache, 'b')).toBe('valueb');
  for (const key of ['f', 'g', 'h']) cache.set(key, bytes(`value${key}`));
  expect(['a', 'b', 'c', 'd', 'e'].map((key) => textIn(cache, key))).toEqual([
    undefined,
    'valueb',
    undefined,
    undefined,
    'valuee',
  ]);
});

test('a value that moves into the block in which it lies is moved whole', () => {
  const cache = new ValueCache(2 * 40);
  const long = 'abcdefghijklmnopqrst';
  cache.set('a', bytes('123456'));
  cache.set('long', bytes(long));
  cache.set('b', bytes(long));
  // The young generation is full with this one, so its block is the one in which it lies.
  expect(textIn(cache, 'long')).toBe(long);
  expect(textIn(cache, 'a')).toBeUndefined();
});

test('what is deleted is not found either where it lies in the old generation', () => {
  const cache = new ValueCache(2 * 10);
  cache.set('a', bytes('123456'));
  cache.set('b', bytes('123456'));
  cache.delete('a');
  expect([textIn(cache, 'a'), textIn(cache, 'b')]).toEqual([undefined, '123456']);
});

test('however much goes through it, all values lie in the same two blocks', () => {
  const cache = new ValueCache(2 * 40);
  const blocks = new Set<ArrayBufferLike | undefined>();
  for (let i = 0; i < 100; i += 1) {
    cache.set(`k${i}`, bytes(`value ${i}`));
    blocks.add(cache.get(`k${i}`)?.buffer);
  }
  expect(blocks.size).toBe(2);
});

test('what is larger than a generation is not kept, nor what it replaces', () => {
  const cache = new ValueCache(100);
  cache.set('a', bytes('small'));
  cache.set('a', Buffer.alloc(47));
  expect(cache.get('a')).toBeUndefined();
  cache.set('a', Buffer.alloc(46, 1));
  expect(cache.get('a')).toEqual(Buffer.alloc(46, 1));
  const none = new ValueCache(0);
  none.set('a', bytes(''));
  expect(none.get('a')).toBeUndefined();
});

test('whatever is set, deleted and read: what is found is what was set last', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const call = fc.oneof(
    fc.record({ do: fc.constant('set' as const), key, value: fc.uint8Array({ maxLength: 30 }) }),
    fc.record({ do: fc.constantFrom('get' as const, 'delete' as const), key }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 300 }), fc.array(call, { maxLength: 60 }), (size, calls) => {
      const cache = new ValueCache(size);
      const last = new Map<string, Uint8Array>();
      for (const one of calls) {
        if (one.do === 'set') {
          cache.set(one.key, one.value);
          last.set(one.key, one.value);
        } else if (one.do === 'delete') {
          cache.delete(one.key);
          last.delete(one.key);
        } else {
          const found = cache.get(one.key);
          if (found) expect(new Uint8Array(found)).toEqual(last.get(one.key));
        }
      }
    }),
    { numRuns: 500 },
  );
});
