/** Values by stream: what a policy book remembers. */
import { describe, expect, it } from 'vitest';
import { StreamMap } from '../../../processors/policy/stream-map.ts';

const stream = (domainName: string, appName: string, streamName: string) => ({ domainName, appName, streamName });

describe('a value of a stream', () => {
  it('is found by all three of its names, in whatever object they come', () => {
    const map = new StreamMap<number>(10);
    map.add(stream('d', 'a', 's'), 1);
    map.add(stream('d', 'a', 't'), 2);
    map.add(stream('d', 'b', 's'), 3);
    map.add(stream('e', 'a', 's'), 4);
    const found = [stream('d', 'a', 's'), stream('d', 'a', 't'), stream('d', 'b', 's'), stream('e', 'a', 's')];
    expect(found.map((one) => map.get(one))).toEqual([1, 2, 3, 4]);
    const unknown = [stream('x', 'a', 's'), stream('d', 'x', 's'), stream('d', 'a', 'x'), stream('a', 's', 'd')];
    expect(unknown.map((one) => map.get(one))).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('is forgotten with all others once one more comes than there is room for', () => {
    const map = new StreamMap<number>(2);
    const all = [1, 2, 3, 4, 5].map((n) => stream('d', 'a', `s${n}`));
    const known = () => all.map((one) => map.get(one));
    for (const [n, one] of all.slice(0, 2).entries()) map.add(one, n);
    expect(known()).toEqual([0, 1, undefined, undefined, undefined]);
    map.add(all[2] as (typeof all)[0], 2);
    expect(known()).toEqual([undefined, undefined, 2, undefined, undefined]);
    map.add(all[3] as (typeof all)[0], 3);
    expect(known()).toEqual([undefined, undefined, 2, 3, undefined]);
    map.add(all[4] as (typeof all)[0], 4);
    expect(known()).toEqual([undefined, undefined, undefined, undefined, 4]);
  });
});
