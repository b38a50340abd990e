/** Whatever Live's own callbacks say, and whenever: nothing but what they say themselves depends on it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreamFact } from '../../../schemas/generated/StreamFact.ts';
import { check } from '../../support/property.ts';
import { delivery, history } from './histories.ts';
import { file, said } from './live-stream.ts';
import { type Options, policy, StreamUnderTest } from './stream.ts';

const lastTimerMinute = 24 * 60;
const endMinute = 5 * 24 * 60;
const minute = fc.integer({ min: -10, max: 9 * 60 });

const saying: fc.Arbitrary<StreamFact> = fc.oneof(
  fc.tuple(fc.constantFrom('STARTED', 'PAUSED', 'RESUMED'), minute).map(([event, at]) => said(event, at)),
  fc.tuple(minute, fc.integer({ min: 0, max: 60 })).map(([from, length]) => file(from, from + length)),
);
const options: fc.Arbitrary<Options> = fc.record({
  policy: fc.constantFrom(
    policy(),
    policy({ composed: { compose: 'pipeline' } }),
    policy({ composed: { compose: 'cloud', takeOverAfterSeconds: 600 } }),
    policy({ composed: { compose: 'none' }, recording: { disconnectDelaySeconds: 30, cycleSeconds: 300 } }),
  ),
});
const lived = history.chain((facts) =>
  fc.record({
    told: delivery(facts, lastTimerMinute),
    sayings: fc.array(fc.record({ at: fc.nat(), fact: saying }), { minLength: 1, maxLength: 20 }),
    options,
  }),
);

type Step = { readonly facts: readonly StreamFact[]; readonly timer: number | null };

function play(steps: readonly Step[], chosen: Options): StreamUnderTest {
  const live = new StreamUnderTest(chosen);
  for (const { facts, timer } of steps) {
    live.hear(...facts);
    if (timer !== null) live.passTo(timer);
  }
  return live.passTo(endMinute);
}

/** Sessions that hold something, without what Live says of them. */
const shown = (live: StreamUnderTest) =>
  live.current.filter(({ segments }) => segments.length > 0).map(({ liveRecording: _, ...rest }) => rest);
const ordered = (live: StreamUnderTest) => live.jobs.map(({ plannedAt: _, ...job }) => job);

describe('callbacks of ApsaraVideo Live in any life of a stream', { timeout: 1_800_000 }, () => {
  it('change no segment, session, composed video or composition', () => {
    check(
      'live callbacks',
      fc.property(lived, ({ told, sayings, options: chosen }) => {
        const steps = told.facts.map((fact, index): Step => ({ facts: [fact], timer: told.timers[index] ?? null }));
        const mixed = [...steps];
        for (const { at, fact } of sayings) mixed.splice(at % (mixed.length + 1), 0, { facts: [fact], timer: null });
        const [without, withThem] = [play(steps, chosen), play(mixed, chosen)];
        expect(shown(withThem)).toEqual(shown(without));
        expect(ordered(withThem)).toEqual(ordered(without));
        expect(withThem.facts).toEqual(without.facts);
        for (const one of withThem.current.filter(({ segments }) => segments.length === 0))
          expect(one).toMatchObject({ composed: [], composition: null, composeExpected: false, composeMissing: false });
      }),
    );
  });

  it('say the same in any order and any number of copies', () => {
    const heard = fc.array(saying, { minLength: 1, maxLength: 20 });
    const shuffled = fc.tuple(history, heard).chain(([facts, sayings]) => {
      const all = [...facts, ...sayings];
      return fc.tuple(
        fc.constant(all),
        fc.shuffledSubarray([...all, ...sayings], { minLength: all.length + sayings.length }),
      );
    });
    check(
      'order of live callbacks',
      fc.property(shuffled, options, ([straight, mixed], chosen) => {
        const alone = { ...chosen, alone: true };
        const [one, other] = [straight, mixed].map((facts) => play([{ facts, timer: null }], alone));
        expect(other?.current).toEqual(one?.current);
        expect(other?.state?.liveEvents).toEqual(one?.state?.liveEvents);
      }),
    );
  });
});
