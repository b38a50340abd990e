import { describe, expect, test } from 'vitest';
import { SessionTrail, type Step } from '../../client/session-trail.ts';
import { session } from '../services/console/fixture.ts';

const [a, b, c] = ['a', 'b', 'c'].map((start) => `play.example.com/live/room-42/${start}`) as [string, string, string];

const step = (key: string, mergedInto: string | null, fresh = true): Step => ({
  fresh,
  event: {
    kind: 'state',
    key,
    state: session(key, mergedInto === null ? {} : { status: 'MERGED', mergedInto }),
    position: '',
  },
});
const keys = (steps: readonly Step[]) => steps.map(({ event, fresh }) => `${event.key.at(-1)}${fresh ? '' : ' old'}`);

describe('a followed session', () => {
  test('is alone until it is merged, then the one that swallowed it comes', () => {
    const trail = new SessionTrail(c, true);
    expect(keys(trail.accept(step(b, null)))).toEqual([]);
    expect(keys(trail.accept(step(c, null)))).toEqual(['c']);
    expect(keys(trail.accept(step(c, b)))).toEqual(['c', 'b']);
    expect(keys(trail.accept(step(b, null)))).toEqual(['b']);
    expect(keys(trail.accept(step(c, null)))).toEqual([]);
  });

  test('is followed through a chain of merges that were read in any order', () => {
    const trail = new SessionTrail(c, true);
    trail.accept(step(a, null));
    trail.accept(step(b, a));
    expect(keys(trail.accept(step(c, b)))).toEqual(['c', 'b', 'a']);
    expect(trail.followed).toBe(a);
  });

  test('is news to a reader that resumes where the merge or the state is', () => {
    const merge = new SessionTrail(c, true);
    merge.accept(step(b, null, false));
    expect(keys(merge.accept(step(c, b)))).toEqual(['c', 'b']);

    const state = new SessionTrail(c, true);
    state.accept(step(b, null));
    expect(keys(state.accept(step(c, b, false)))).toEqual(['c old', 'b']);

    const neither = new SessionTrail(c, true);
    neither.accept(step(b, null, false));
    expect(keys(neither.accept(step(c, b, false)))).toEqual(['c old', 'b old']);
  });

  test('stays itself where merges are not followed', () => {
    const trail = new SessionTrail(c, false);
    trail.accept(step(b, null));
    expect(keys(trail.accept(step(c, b)))).toEqual(['c']);
    expect(keys(trail.accept(step(b, null)))).toEqual([]);
  });
});
