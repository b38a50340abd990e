import type { Message } from '@confluentinc/kafka-javascript';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deadLetter } from '../../../connectors/kafka/index.ts';
import { consumedRecord, nativeHeaders, nativeKey } from '../../../connectors/kafka/record.ts';

type NativeHeader = Record<string, Buffer>;

/** As the native client makes it: an assignment, whatever the name. */
const header = (name: string, value: Buffer): NativeHeader => {
  const entry: NativeHeader = {};
  entry[name] = value;
  return entry;
};

const message = (o: { key?: Buffer | null; headers?: NativeHeader[]; timestamp?: number; value?: Buffer }): Message =>
  ({ topic: 'in', partition: 0, offset: 7, size: 1, key: null, value: Buffer.of(1), timestamp: 5, ...o }) as Message;

describe('a record as it is read', () => {
  // The native client assigns a header's value under its name: `__proto__` became the prototype of the entry, whose
  // inherited members were then taken for headers, and the role ended at every start.
  test('has its own headers and no others, whatever they are called', () => {
    const { headers } = consumedRecord(
      message({
        headers: [
          header('__proto__', Buffer.from('p')),
          header('constructor', Buffer.from('c')),
          header('0', Buffer.from('n')),
          header('', Buffer.from('e')),
          header('source', Buffer.from('http')),
        ],
      }),
    );
    expect(Object.entries(headers)).toHaveLength(5);
    expect(new Map(Object.entries(headers))).toEqual(
      new Map([
        ['0', 'n'],
        ['__proto__', 'p'],
        ['constructor', 'c'],
        ['', 'e'],
        ['source', 'http'],
      ]),
    );
    expect(Object.getPrototypeOf(headers)).toBe(Object.prototype);
  });

  test('is never refused, and goes on as it came: keys and headers of any bytes', () => {
    const bytes = fc.uint8Array({ maxLength: 12 }).map((list) => Buffer.from(list));
    // A name can't hold a NUL: the native client has cut it off.
    const name = fc.oneof(
      fc.constantFrom('__proto__', 'toString', '1'),
      fc.string().map((s) => s.replaceAll('\0', '')),
    );
    fc.assert(
      fc.property(
        fc.option(bytes),
        fc.uniqueArray(fc.tuple(name, bytes), { selector: ([each]) => each, maxLength: 5 }),
        (key, list) => {
          const read = consumedRecord(message({ key, headers: list.map(([each, value]) => header(each, value)) }));
          expect(nativeKey(read)).toEqual(key);
          const written = nativeHeaders(read) ?? [];
          expect(new Map(written.flatMap((entry) => Object.entries(entry)))).toEqual(new Map(list));
          const letter = deadLetter('dead', 'sink', read, 'unusable', 'because');
          expect(nativeKey(letter)).toEqual(key);
        },
      ),
    );
  });

  test.each([
    [-1, 0],
    [Number.NaN, 0],
    [9.3e18, 0],
    [1_700_000_000_000, 1_700_000_000_000],
  ])('has a time that a Date can hold: %s is %s', (timestamp, timestampMs) => {
    expect(consumedRecord(message({ timestamp })).timestampMs).toBe(timestampMs);
  });
});

test('headers go out as they are, whatever the record before had under their names', () => {
  const values = ['a', 'a', 'b', 'ab'.repeat(40), 'a', ''];
  for (const value of values)
    expect(nativeHeaders({ headers: { source: value, ['__proto__']: value, region: 'r' } })).toEqual([
      header('source', Buffer.from(value)),
      { ['__proto__']: Buffer.from(value) },
      { region: Buffer.from('r') },
    ]);
  const raw = { headers: { source: Buffer.of(0xff) } };
  expect(nativeHeaders({ headers: { source: 'a' }, raw })).toEqual([{ source: Buffer.of(0xff) }]);
  expect(nativeHeaders({ headers: { source: 'a' } })).toEqual([{ source: Buffer.from('a') }]);
});

// A key or value given as text is cut at its first NUL by the native client: `a\0b` became `a`, another video.
test('keys and header values go to the native client as bytes', () => {
  expect(nativeKey({ key: 'a\0b' })).toEqual(Buffer.from('a\0b'));
  expect(nativeHeaders({ headers: { x: 'a\0b' } })).toEqual([{ x: Buffer.from('a\0b') }]);
});

// A dead letter is larger than the record it keeps: one of a record as large as its topic takes was refused for ever.
test('a dead letter fits into its topic, however large the record was', () => {
  const { value, headers = {} } = deadLetter(
    'dead',
    'sink',
    consumedRecord(
      message({
        key: Buffer.alloc(100_000, 'k'),
        value: Buffer.alloc(3 * 1024 * 1024),
        headers: Array.from({ length: 20 }, (_, n) => header(`h${n}`, Buffer.alloc(50_000, 'x'))),
      }),
    ),
    'unusable',
    'e'.repeat(10_000),
  );
  const length = (value?.length ?? 0) + Object.entries(headers).reduce((sum, [k, v]) => sum + k.length + v.length, 0);
  expect(length).toBeLessThan(1.5 * 1024 * 1024);
  expect(headers).toMatchObject({ 'origin-bytes': String(3 * 1024 * 1024), reason: 'unusable', 'origin-offset': '7' });
});
