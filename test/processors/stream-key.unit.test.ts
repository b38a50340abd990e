/** The key of the stream topics: no two streams share one, and plain names are as they are. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { streamKeyOf } from '../../processors/stream-key.ts';
import { check } from '../support/property.ts';

it.each([
  [['play.example.com', 'live', 'room-42'], 'play.example.com/live/room-42'],
  [['d', 'live', 'x/y'], 'd/live/x%2Fy'],
  [['d', 'live/x', 'y'], 'd/live%2Fx/y'],
  [['d/e', 'a', 's'], 'd%2Fe/a/s'],
  [['d', 'a', '50%'], 'd/a/50%25'],
  [['d', 'a', 'x%2Fy//z%'], 'd/a/x%252Fy%2F%2Fz%25'],
] as const)('of %j is %s', ([domainName, appName, streamName], key) => {
  expect(streamKeyOf({ domainName, appName, streamName })).toBe(key);
});

it('is another for each stream, and has three parts', () => {
  const name = fc.string({ unit: fc.constantFrom('a', '/', '%', '2', 'F', '5'), maxLength: 5 });
  const stream = fc.record({ domainName: name, appName: name, streamName: name });
  check(
    'keys tell streams apart',
    fc.property(stream, stream, (a, b) => {
      expect(streamKeyOf(a) === streamKeyOf(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      expect(streamKeyOf(a).split('/').map(decodeURIComponent)).toEqual([a.domainName, a.appName, a.streamName]);
    }),
  );
});
