/** What a stream of many sessions costs and how its older ones are found; what is said is in `archive.property`. */
import { describe, expect, it } from 'vitest';
import { videoOf } from '../../../processors/session/facts.ts';
import type { StreamFact } from '../../../schemas/generated/StreamFact.ts';
import { expectFound } from './both-ways.ts';
import { policy, StreamUnderTest, segment, sessionId, streamKey } from './stream.ts';

describe('a stream of many sessions', () => {
  const none = policy({ composed: { compose: 'none' } });
  const name = (index: number) => String(index).padStart(3, '0');
  /** Sessions of eight minutes, so many minutes from one to the next. */
  function broadcasts(count: number, apart: number): StreamUnderTest {
    const live = new StreamUnderTest({ policy: none });
    for (let index = 0; index < count; index += 1) live.hear(segment(name(index), index * apart, index * apart + 8));
    return live;
  }

  it('reads and writes a few records for a fact, however many there are', () => {
    const counted = (live: StreamUnderTest, fact: StreamFact) => {
      const before = new Map(live.states);
      const read = new Set<string>();
      live.onRead = (key) => read.add(key);
      live.hear(fact);
      live.onRead = undefined;
      const written = [...new Set([...before.keys(), ...live.states.keys()])].filter(
        (key) => before.get(key) !== live.states.get(key),
      );
      return { pages: [...read].filter((key) => key.includes('/s/')).length, written: written.length };
    };
    const late = { status: 'TRANSCODED', videoRevision: 2 } as const;
    for (const count of [20, 60]) {
      const apart = 240;
      const live = broadcasts(count, apart);
      const newest = (count - 1) * apart;
      expect(counted(live, segment(name(count - 1), newest, newest + 8, late))).toEqual({ pages: 0, written: 1 });
      const old = 9 * apart;
      const { pages, written } = counted(live, segment(name(9), old, old + 8, late));
      expect(pages).toBeLessThanOrEqual(7);
      expect(written).toBe(2);
      expectFound(live);
    }
  });

  it('a late fact of an old session changes that session alone, and one that moves is taken away and added', () => {
    const live = broadcasts(12, 1000);
    const said = live.emissions.length;
    live.hear(segment(name(3), 3000, 3008, { status: 'TRANSCODED', videoRevision: 2 }));
    expect(live.emissions.slice(said).map(({ key }) => key)).toEqual([sessionId(3000)]);
    live.hear(segment(name(3), 9000.5, 9007, { status: 'TRANSCODED', videoRevision: 3 }));
    expect(live.tombstones.get(sessionId(3000))).toBe('retired');
    expect(live.sessions.get(sessionId(9000))?.segments.map(({ videoId }) => videoId)).toEqual(['009', '003']);
    expectFound(live);
  });

  it('sessions of many segments: no more than 640 in its own record, but for the newest session', () => {
    const live = new StreamUnderTest({ policy: none });
    const inOwn = () => live.state?.videos.length;
    const facts = (session: number, count: number) =>
      Array.from({ length: count }, (_, index) =>
        segment(`${session}.${name(index)}`, session * 20_000 + index * 5, session * 20_000 + index * 5 + 5),
      );
    live.hear(...facts(0, 1), ...facts(1, 1));
    // All but the last as if they had been heard before.
    const filled = (count: number) => {
      const videos = [...facts(0, 320), ...facts(1, count - 1)].map(videoOf);
      if (live.state) live.states.set(streamKey, { ...live.state, videos });
      return live.hear(...facts(1, count).slice(-1));
    };
    filled(320);
    expect(inOwn()).toBe(640);
    filled(321);
    expect(inOwn()).toBe(321);
  });
});
