import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { InOrder, type Place } from '../../platform/in-order.ts';

const itemsOf = <T>(list: InOrder<T>): (T | null)[] => list.places().map(({ item }) => item);

describe('things in order', () => {
  it('are taken out from anywhere, and those that stay keep their order', () => {
    const list = new InOrder<string>();
    const places = ['a', 'b', 'c', 'd', 'e'].map((item) => list.add(item)) as Place<string>[];
    const take = (index: number) => list.take(places[index] as Place<string>);
    expect([take(2), itemsOf(list)]).toEqual(['c', ['a', 'b', 'd', 'e']]);
    expect([take(0), itemsOf(list)]).toEqual(['a', ['b', 'd', 'e']]);
    expect([take(4), itemsOf(list)]).toEqual(['e', ['b', 'd']]);
    list.add('f');
    expect(itemsOf(list)).toEqual(['b', 'd', 'f']);
    expect([take(1), take(3), itemsOf(list)]).toEqual(['b', 'd', ['f']]);
  });

  it('are there once: what has been taken is taken no second time', () => {
    const list = new InOrder<string>();
    const place = list.add('a');
    list.add('b');
    expect([list.take(place), list.take(place)]).toEqual(['a', null]);
    expect(itemsOf(list)).toEqual(['b']);
  });

  // A Set's discarded copies held each other and all that was ever in them until a full collection: an ingress carried 4 KB of
  // every callback into its old space, and stood still for 30 to 60 ms at each collection of young objects.
  it('are let go once taken: collections of young objects free them', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as (o?: { type: 'minor' }) => void;
    const things = 40_000;
    const inFlight = new Array<Place<object> | undefined>(128);
    const list = new InOrder<object>();
    collect();
    const beforeBytes = process.memoryUsage().heapUsed;
    for (let count = 0; count < things; count += 1) {
      const oldest = inFlight[count % inFlight.length];
      if (oldest !== undefined) list.take(oldest);
      inFlight[count % inFlight.length] = list.add({ some: new Array(64).fill(count) });
      if (count % 2_000 === 0) collect({ type: 'minor' });
    }
    collect({ type: 'minor' });
    const keptBytes = process.memoryUsage().heapUsed - beforeBytes;
    // All of them together are 24 MB.
    expect(keptBytes).toBeLessThan(5_000_000);
  });
});
