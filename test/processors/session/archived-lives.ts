/** Lives of a stream over many days, as facts and timers in some order of arrival, and what was said of them. */
import fc from 'fast-check';
import type { SessionPolicy } from '../../../processors/session/index.ts';
import type { ComposeJob } from '../../../schemas/generated/ComposeJob.ts';
import type { StreamFact } from '../../../schemas/generated/StreamFact.ts';
import { composed, dayMs, minuteMs, policy, StreamUnderTest, segment } from './stream.ts';

const day = dayMs / minuteMs;
const second = 1 / 60;

type Recording = { length: number; pause: number; formats: readonly (string | null)[]; last: StreamFact['status'] };
type Film = { after: number; format: string | null; last: StreamFact['status'] };
type Show = { rest: number; recordings: readonly Recording[]; films: readonly Film[]; moved: number; removed: boolean };

const rest = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 181, max: 800 }).map((seconds) => seconds * second) },
  { weight: 3, arbitrary: fc.constantFrom(30, 240, 1000) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 5 }).map((days) => days * day) },
);
/** Containers of one cycle, or one with an encoder that hands over to another in the middle of it. */
const formats = fc.constantFrom<readonly (string | null)[]>([null], [null], ['mp4'], ['mp4', 'm3u8'], [null, 'mp4']);
const recording: fc.Arbitrary<Recording> = fc.record({
  length: fc.constantFrom(1, 8, 28, 30),
  pause: fc.constantFrom(0, 0, 0, second, 1, 3, 3 + second, -2),
  formats,
  last: fc.constantFrom<StreamFact['status']>('SOURCE_READY', 'SOURCE_READY', 'TRANSCODED', 'FAILED', 'DELETED'),
});
const film: fc.Arbitrary<Film> = fc.record({
  after: fc.oneof(
    fc.integer({ min: -30, max: 30 }).map((half) => half / 2),
    fc.constantFrom(0.1, 600, 1400),
  ),
  format: fc.constantFrom(null, null, 'mp4', 'm3u8'),
  last: fc.constantFrom<StreamFact['status']>('ANNOUNCED', 'TRANSCODED', 'TRANSCODED', 'FAILED', 'DELETED'),
});
const show: fc.Arbitrary<Show> = fc.record({
  rest,
  recordings: fc.array(recording, { minLength: 1, maxLength: 3 }),
  films: fc.array(film, { maxLength: 3 }),
  moved: fc.constantFrom(0, 0, 0, 0, 0, 1, 7),
  removed: fc.constantFrom(false, false, false, false, true),
});

const life = fc.array(show, { minLength: 4, maxLength: 10 }).map((shows) => {
  const facts: StreamFact[] = [];
  let minute = 0;
  for (const [index, { rest: pause, recordings, films, moved, removed }] of shows.entries()) {
    minute += pause;
    for (const [number, one] of recordings.entries()) {
      const from = minute + (number === 0 ? 0 : one.pause);
      for (const format of one.formats) {
        const id = `${index}.${number}${format ?? ''}`;
        // Some were first placed some days off.
        const off = moved * day;
        if (moved > 0 || removed) facts.push(segment(id, from + off, from + off + one.length, { format }));
        const last = { format, status: one.last, videoRevision: 2, removed: removed && number > 0 };
        facts.push(segment(id, from, from + one.length, last));
      }
      minute = Math.max(minute, from + one.length);
    }
    for (const [number, { after, format, last }] of films.entries()) {
      const id = `film ${index}.${number}`;
      facts.push(composed(id, minute + after + 0.1, { format }));
      if (last !== 'ANNOUNCED')
        facts.push(composed(id, minute + after + 0.1, { format, status: last, videoRevision: 2 }));
    }
  }
  return facts;
});

/** What becomes of a ComposeJob: after so many facts and minutes. */
type Answer = {
  facts: number;
  minutes: number;
  state: NonNullable<StreamFact['composeJob']>['state'];
  last: StreamFact['status'];
};
const answer: fc.Arbitrary<Answer> = fc.record({
  facts: fc.constantFrom(0, 1, 5, 20),
  minutes: fc.constantFrom(0.1, 5, 2 * day),
  state: fc.constantFrom<Answer['state']>('ACKNOWLEDGED', 'ACKNOWLEDGED', 'ACKNOWLEDGED', 'FAILED', 'IN_DOUBT'),
  last: fc.constantFrom<StreamFact['status']>('ANNOUNCED', 'SOURCE_READY', 'TRANSCODED', 'FAILED', 'DELETED'),
});

const many = { minLength: 12, maxLength: 12 };
export type Delivered = {
  readonly facts: readonly StreamFact[];
  readonly timers: readonly (number | null)[];
  readonly answers: readonly Answer[];
  readonly policy: SessionPolicy;
  /** All is heard of anew, from the first fact to the last, before any time passes. */
  readonly replayed: boolean;
};

export const delivered: fc.Arbitrary<Delivered> = life.chain((facts) =>
  fc.record({
    facts: fc.oneof(
      fc.constant(facts),
      fc.shuffledSubarray([...facts], { minLength: facts.length }),
      fc.shuffledSubarray([...facts, ...facts.slice(0, 5)], { minLength: facts.length }),
    ),
    timers: fc.array(fc.option(fc.integer({ min: 0, max: 12 * day }), { freq: 4 }), {
      minLength: facts.length,
      maxLength: facts.length,
    }),
    answers: fc.array(answer, many),
    replayed: fc.constantFrom(false, false, false, true),
    policy: fc.constantFrom(
      policy({ maxActAgeSeconds: 99 * 86_400, retentionDays: 100 }),
      policy({ maxActAgeSeconds: 99 * 86_400, retentionDays: 100, composed: { compose: 'none' } }),
      policy({ maxActAgeSeconds: 99 * 86_400, retentionDays: 100, composed: { compose: 'pipeline' } }),
      policy({ maxActAgeSeconds: 99 * 86_400, retentionDays: 100, composed: { takeOverAfterSeconds: 3600 } }),
      policy({ maxActAgeSeconds: 86_400, retentionDays: 12, composed: { compose: 'pipeline' } }),
      policy({ retentionDays: 100, recording: { disconnectDelaySeconds: 30, cycleSeconds: 300, cycleTold: false } }),
    ),
  }),
);

/** The facts that follow from a ComposeJob. */
function answered({ token, plannedAt }: ComposeJob, number: number, { state, minutes, last }: Answer): StreamFact {
  const composeJob = { token, state, errorCode: state === 'FAILED' ? 'Forbidden' : null } as StreamFact['composeJob'];
  const video = composed(`ours ${number}`, 0, { composeJob });
  return {
    ...video,
    composeStartTime: plannedAt + minutes * minuteMs,
    status: state === 'ACKNOWLEDGED' ? last : 'ANNOUNCED',
  };
}

const byText = (a: string, b: string) => (a < b ? -1 : 1);
export function saidBy(live: StreamUnderTest) {
  const redirects = [...live.sessions]
    .filter(([, { status }]) => status === 'MERGED')
    .map(([id, one]) => [id, one.mergedInto]);
  return {
    sessions: live.current,
    facts: live.facts,
    redirects: redirects.toSorted(([a], [b]) => byText(String(a), String(b))),
    tombstones: [...live.tombstones].toSorted(([a], [b]) => byText(a, b)),
    // Of what falls due at the same moment in two records either may come first.
    jobs: live.jobs.toSorted((a, b) => byText(a.token, b.token)),
    drops: live.drops,
  };
}

export type Op = { readonly fact?: StreamFact; readonly minute: number };

/** What happens in order: a fact, and then time passes to that minute. Products follow from what was asked for. */
export function opsOf({ facts, timers, answers, policy: chosen, replayed }: Delivered): Op[] {
  const whole = new StreamUnderTest({ policy: chosen, alone: true });
  const ops: Op[] = [];
  const waiting: { at: number; fact: StreamFact }[] = [];
  let asked = 0;
  let minute = 0;
  const happen = (op: Op) => {
    ops.push(op);
    whole.hear(...(op.fact ? [op.fact] : [])).passTo(op.minute);
    for (; asked < whole.jobs.length; asked += 1) {
      const [job, plan] = [whole.jobs[asked], answers[asked % answers.length]];
      if (job && plan) waiting.push({ at: ops.length + plan.facts, fact: answered(job, asked, plan) });
    }
    const due = waiting.findIndex(({ at }) => at <= ops.length);
    for (const { fact } of due < 0 ? [] : waiting.splice(due, 1)) happen({ fact, minute: op.minute });
  };
  for (const [index, fact] of facts.entries()) {
    minute = Math.max(minute, timers[index] ?? 0);
    happen({ fact, minute });
  }
  const ends = [13, 20, 60].map((days) => ({ minute: Math.max(minute, days * day) }));
  for (const end of ends) happen(end);
  return replayed ? [...ops.filter(({ fact }) => fact).map(({ fact }) => ({ fact, minute: 0 })), ...ends] : ops;
}
