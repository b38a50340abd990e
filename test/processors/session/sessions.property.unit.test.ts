/** What holds for every life of a stream, in whatever order it is told. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreamFact } from '../../../schemas/generated/StreamFact.ts';
import { check } from '../../support/property.ts';
import { type Delivery, delivery, history } from './histories.ts';
import { expectedSessions } from './oracle.ts';
import { atMinute, type Options, policy, StreamUnderTest, segment } from './stream.ts';

/** After all timers of a history, when every redirect has served its time, and before anything settles. */
const lastTimerMinute = 24 * 60;
const endMinute = 5 * 24 * 60;

function told({ facts, timers }: Delivery, options: Options = {}): StreamUnderTest {
  const live = new StreamUnderTest(options);
  for (const [index, fact] of facts.entries()) {
    live.hear(fact);
    const timer = timers[index];
    if (timer !== null && timer !== undefined) live.passTo(timer);
  }
  return live;
}

const byText = (a: string, b: string) => (a < b ? -1 : 1);
const inOrder = (facts: readonly StreamFact[]): Delivery => ({ facts, timers: [] });
const deliveredTwice = history.chain((facts) => fc.tuple(fc.constant(facts), delivery(facts, lastTimerMinute)));
const options = fc.record({
  policy: fc.constantFrom(
    policy(),
    policy({ composed: { compose: 'none' } }),
    policy({ recording: { disconnectDelaySeconds: 30, cycleSeconds: 300 } }),
  ),
});

const arrival = { revision: 0, clock: 0 };

/**
 * All but what may depend on arrival: revisions, and how the facts are spread over records. (Redirects and decisions are
 * history too; none of them is left here.)
 */
function comparable(live: StreamUnderTest): { facts: unknown; sessions: unknown } {
  return { facts: live.facts, sessions: live.current };
}

/** `toEqual` with its picture of the difference, but only where there is one: it is slow. */
function same(found: unknown, expected: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(expected)) expect(found).toEqual(expected);
}

describe('properties', { timeout: 1_800_000 }, () => {
  it('any order, any repetition and timers at any time lead to the same state and the same records', () => {
    check(
      'order of arrival',
      fc.property(deliveredTwice, options, ([facts, shuffled], chosen) => {
        const straight = told(inOrder(facts), chosen).passTo(endMinute);
        const mixed = told(shuffled, chosen).passTo(endMinute);
        same(comparable(mixed), comparable(straight));
        expect(mixed.sessions.size).toBe(straight.sessions.size);
      }),
    );
  });

  // The runtime leaves out what a later snapshot of one transaction replaces (`Emission.snapshot`).
  it('facts that a newer one about their video outdoes may be missing', () => {
    check(
      'missing facts',
      fc.property(
        deliveredTwice,
        fc.array(fc.boolean(), { minLength: 1 }),
        options,
        ([facts, shuffled], left, chosen) => {
          const last = new Map(facts.map(({ videoId, videoRevision }) => [videoId, videoRevision]));
          const stays = ({ videoId, videoRevision }: StreamFact, index: number) =>
            videoRevision === last.get(videoId) || left[index % left.length] === true;
          const some = { ...shuffled, facts: shuffled.facts.filter(stays) };
          const all = told(inOrder(facts), chosen).passTo(endMinute);
          same(comparable(told(some, chosen).passTo(endMinute)), comparable(all));
        },
      ),
    );
  });

  it('what is archived is judged as if all of the history were looked at each time', () => {
    check(
      'archive',
      fc.property(deliveredTwice, options, ([, shuffled], chosen) => {
        const archived = told(shuffled, chosen).passTo(endMinute);
        const whole = told(shuffled, { ...chosen, alone: true }).passTo(endMinute);
        same(comparable(archived), comparable(whole));
        const straight = told(inOrder(shuffled.facts), { ...chosen, alone: true }).passTo(endMinute);
        expect(whole.encodedWith(arrival).equals(straight.encodedWith(arrival))).toBe(true);
      }),
    );
  });

  it('storing and reading the state between any two turns changes nothing', () => {
    check(
      'encode and decode between any two facts',
      fc.property(deliveredTwice, options, ([, shuffled], chosen) => {
        const kept = told(shuffled, chosen);
        const stored = told(shuffled, { ...chosen, recode: true });
        same(stored.emissions, kept.emissions);
        expect(stored.encodedWith({}).equals(kept.encodedWith({}))).toBe(true);
      }),
    );
  });

  it('the last records say what the final set of facts says, however they were reached', () => {
    check(
      'two halves',
      fc.property(deliveredTwice, fc.nat(), ([, { facts }], at) => {
        const middle = at % facts.length;
        const whole = told(inOrder(facts)).passTo(endMinute);
        const halves = told(inOrder(facts.slice(0, middle))).passTo(lastTimerMinute);
        for (const fact of facts.slice(middle)) halves.hear(fact);
        same(comparable(halves.passTo(endMinute)), comparable(whole));
      }),
    );
  });

  it('revisions strictly rise under every id, and nothing is said twice', () => {
    check(
      'revisions',
      fc.property(deliveredTwice, ([, shuffled]) => {
        const last = new Map<string, { revision: number; text: string }>();
        for (const { topic, key, value } of told(shuffled).passTo(endMinute).emissions) {
          if (topic !== 'session-state' || value === null) continue;
          const { revision, ...rest } = value as { revision: number };
          const text = JSON.stringify(rest);
          const before = last.get(key);
          expect(revision).toBeGreaterThan(before?.revision ?? 0);
          expect(text).not.toBe(before?.text);
          last.set(key, { revision, text });
        }
      }),
    );
  });

  it('every redirect leads to a session that exists', () => {
    check(
      'redirects',
      fc.property(deliveredTwice, ([, shuffled]) => {
        const live = told(shuffled);
        for (const session of live.sessions.values()) {
          expect(session.status === 'MERGED').toBe(session.mergedInto !== null);
          if (session.mergedInto !== null) expect(live.sessions.get(session.mergedInto)?.status).not.toBe('MERGED');
        }
      }),
    );
  });

  it('sessions, gaps and composed videos are those that a patient person finds', () => {
    check(
      'oracle',
      fc.property(deliveredTwice, ([, shuffled]) => {
        const live = told(shuffled).passTo(endMinute);
        const found = live.current.map((session) => ({
          startTime: session.startTime,
          endTime: session.endTime,
          videoIds: session.segments.map((one) => one.videoId).toSorted(byText),
          uncoveredSeconds: session.gaps.reduce((sum, gap) => sum + (gap.endTime - gap.startTime) / 1000, 0),
          composedIds: session.composed.map((one) => one.videoId),
        }));
        const expected = expectedSessions(shuffled.facts, 180_000);
        // Up to two seconds between two recordings are no gap worth telling.
        const close = expected.map((one, index) => {
          const seconds = found[index]?.uncoveredSeconds ?? Number.NaN;
          const slack = 2 * one.videoIds.length;
          const near = seconds <= one.uncoveredSeconds && one.uncoveredSeconds - seconds <= slack;
          return near ? { ...one, uncoveredSeconds: seconds } : one;
        });
        same(found, close);
      }),
    );
  });

  it('timers come to rest: a fired timer is never due again at once', () => {
    check(
      'timers',
      fc.property(history, options, (facts, chosen) => {
        const live = told(inOrder(facts), chosen).passTo(45 * 24 * 60);
        expect(live.state).toBeNull();
        expect(live.sessions.size).toBe(0);
      }),
    );
  });

  it('whatever a fact says, it is taken without a fault, and the state can be stored', () => {
    const time = fc.option(
      fc.oneof(fc.integer({ min: -9e15, max: 9e15 }), fc.integer({ min: -5, max: 5 }), fc.constant(atMinute(3))),
    );
    const fact = fc.record({
      videoId: fc.constantFrom('a', 'b', 'c', 'd'),
      kind: fc.constantFrom<StreamFact['kind']>('SEGMENT', 'SEGMENT', 'COMPOSED', 'UPLOAD', 'UNKNOWN'),
      status: fc.constantFrom<StreamFact['status']>('ANNOUNCED', 'RECORDED', 'TRANSCODED', 'DELETED'),
      recording: fc.option(fc.record({ startTime: time, endTime: time })),
      recordedTime: time,
      composeStartTime: time,
      sourceReadyTime: time,
      durationSeconds: fc.option(fc.double()),
      format: fc.option(fc.string()),
      removed: fc.boolean(),
      videoRevision: fc.integer({ min: 0, max: 4 }),
    });
    check(
      'any fact',
      fc.property(fc.array(fact, { maxLength: 12 }), (facts) => {
        const live = new StreamUnderTest({ recode: true });
        for (const one of facts) live.hear({ ...segment(one.videoId, 0, 1), ...one });
        live.passTo(60 * 24 * 60);
      }),
    );
  });
});
