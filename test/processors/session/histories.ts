/** Random lives of a stream: what was recorded and composed, as the facts that the video processor would send. */
import fc from 'fast-check';
import type { StreamFact } from '../../../schemas/generated/StreamFact.ts';
import { composed, segment } from './stream.ts';

const second = 1 / 60;

/** Minutes between two recordings: none, just within and just over the delay of three minutes, and anything. */
const pause = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(0, 0, second, 2 * second, 3 * second, 1, 3, 3 + second, 3 + 2 * second) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 40 }).map((count) => count * 10 * second) },
  { weight: 1, arbitrary: fc.integer({ min: 4, max: 240 }) },
  // An overlap with what came before.
  { weight: 1, arbitrary: fc.integer({ min: -20, max: -1 }) },
);

/** Minutes of one recording: a full cycle of 30, one cut while the stream was away, or a tail. */
const length = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(30, 30, 28, 27 - second, 27) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 1800 }).map((count) => count * second) },
);

const formats = fc.constantFrom<readonly (string | null)[]>([null], [null], ['mp4'], ['mp4', 'm3u8'], [null, 'mp4']);
const segmentStatus = fc.constantFrom<StreamFact['status']>(
  'RECORDED',
  'SOURCE_READY',
  'TRANSCODED',
  'FAILED',
  'DELETED',
);
const composedStatus = fc.constantFrom<StreamFact['status']>('ANNOUNCED', 'SOURCE_READY', 'TRANSCODED', 'FAILED');

type Push = {
  pause: number;
  length: number;
  formats: readonly (string | null)[];
  status: StreamFact['status'];
  /** Minutes from its end to a compose start; null for none. */
  composedAfter: number | null;
  composedStatus: StreamFact['status'];
  composedFormat: string | null;
  /** How many revisions of its facts there are. */
  revisions: number;
  removed: boolean;
};

const push: fc.Arbitrary<Push> = fc.record({
  pause,
  length,
  formats,
  status: segmentStatus,
  composedAfter: fc.option(fc.oneof(fc.constantFrom(0.1, 3, 3 + second, 3.2, 5), fc.integer({ min: -5, max: 60 })), {
    freq: 2,
  }),
  composedStatus,
  composedFormat: fc.constantFrom(null, null, 'mp4', 'm3u8'),
  revisions: fc.integer({ min: 1, max: 3 }),
  removed: fc.integer({ min: 0, max: 14 }).map((die) => die === 0),
});

/** Every fact of a stream's life, the final revision of each video among them, in no particular order. */
export const history: fc.Arbitrary<readonly StreamFact[]> = fc
  .array(push, { minLength: 1, maxLength: 9 })
  .map((pushes) => {
    const facts: StreamFact[] = [];
    let minute = 0;
    for (const [index, one] of pushes.entries()) {
      const from = minute + one.pause;
      const to = from + one.length;
      minute = Math.max(minute, to);
      for (const format of one.formats)
        facts.push(...grow(segment(`s${index}${format ?? ''}`, from, to, { format, status: one.status }), one));
      if (one.composedAfter !== null)
        facts.push(
          ...grow(
            composed(`c${index}`, to + one.composedAfter, { format: one.composedFormat, status: one.composedStatus }),
            {
              ...one,
              removed: false,
            },
          ),
        );
    }
    return facts;
  });

/** Earlier revisions know less: no format, a younger status. A removed video was a part of the stream before. */
function grow(last: StreamFact, { revisions, removed }: Push): StreamFact[] {
  const younger = last.kind === 'SEGMENT' ? 'RECORDED' : 'ANNOUNCED';
  return Array.from({ length: revisions }, (_, index) => {
    const videoRevision = index + 1;
    return videoRevision === revisions
      ? { ...last, removed: removed && revisions > 1, videoRevision }
      : { ...last, status: younger, format: null, videoRevision };
  });
}

/** How a life reaches us: the facts shuffled, some twice, with timers in between. */
export type Delivery = { readonly facts: readonly StreamFact[]; readonly timers: readonly (number | null)[] };

export function delivery(facts: readonly StreamFact[], latestTimerMinute: number): fc.Arbitrary<Delivery> {
  const repeated = fc
    .subarray([...facts])
    .chain((again) => fc.shuffledSubarray([...facts, ...again], { minLength: facts.length + again.length }));
  return repeated.chain((all) =>
    fc
      .array(fc.option(fc.integer({ min: 0, max: latestTimerMinute }), { freq: 3 }), {
        minLength: all.length,
        maxLength: all.length,
      })
      .map((timers) => ({ facts: all, timers })),
  );
}
