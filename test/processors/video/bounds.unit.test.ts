import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  evolve,
  maxGenerations,
  maxJobEvents,
  maxStateBytes,
  maxUnits,
  tokenOf,
} from '../../../processors/video/index.ts';
import type { VideoState } from '../../../schemas/generated/VideoState.ts';
import { check } from '../../support/property.ts';
import {
  at,
  type CallbackBody,
  event,
  jobEvent,
  recorded,
  rendition,
  requested,
  sourceReady,
  streamTranscoded,
  transcoded,
  videoId,
} from '../callbacks.ts';
import { comparable, encode, throughTheLog } from '../encoding.ts';
import { run, transcodeBy } from '../run-topology.ts';

function fold(bodies: readonly CallbackBody[], from: VideoState | null = null): VideoState | null {
  let state = from;
  for (const body of bodies) {
    const evolved = evolve(state, event(body));
    if (evolved.changed) state = evolved.state;
  }
  return state;
}

/** Comparable but for the revision: what a bounded state leaves out, it can't count. */
const withoutRevision = (state: VideoState | null): string =>
  state === null ? '' : comparable({ ...state, revision: 0 });

const long = (text: string, length: number): string => `${text}${'视'.repeat(length)}`;

/** An output with every text as long as is kept, in characters of three bytes, unlike any other. */
const fatOutput = (n: number): Readonly<Record<string, unknown>> =>
  rendition(`${String(n).padStart(6, '0')}${'j'.repeat(58)}`, long(`D${n}`, 20), {
    FileUrl: long(`http://vod.example.com/${n}/`, 240),
    Format: long('f', 20),
    ErrorCode: long('E.', 40),
    ErrorMessage: long('because ', 80),
    Status: n % 2 === 0 ? 'success' : 'fail',
    StartTime: at(n),
    FinishTime: at(n),
  });

const many = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));

/** Names of a stream as long as they are kept. */
const fatStream = { DomainName: long('d', 84), AppName: long('a', 84), StreamName: long('s', 84) };

describe('the size of a video', { timeout: 3_600_000 }, () => {
  it('stays below the documented maximum, whatever floods in', () => {
    const floods: Readonly<Record<string, readonly CallbackBody[]>> = {
      'single outputs': many(400, (n) => streamTranscoded(n, fatOutput(n))),
      'lists of outputs': many(8, (n) =>
        transcoded(
          n,
          many(64, (m) => fatOutput(n * 64 + m)),
        ),
      ),
      // Told twice, each time with other fields: nothing of it is said by the public rendition.
      'contradicting outputs': many(8, (n) => [
        ...many(32, (m) => streamTranscoded(n, fatOutput(n * 32 + m))),
        transcoded(
          n,
          many(32, (m) => ({ ...fatOutput(n * 32 + m), FileUrl: long(`http://other/${m}/`, 240) })),
        ),
      ]).flat(),
      uploads: many(400, (n) => sourceReady(n, { FileUrl: long('http://x/', 250), ErrorMessage: long('m', 80) })),
      recordings: many(400, (n) => recorded(n, { ...fatStream, Status: long('s', 20) + n, ErrorCode: long('E', 40) })),
      unknown: many(400, (n) => ({
        EventType: long(`T${n}`, 20),
        EventTime: at(n),
        VideoId: videoId,
        JobId: long('j', 20),
      })),
      observations: many(400, (n) => ({
        EventType: 'ReconcilerObservation',
        EventTime: at(n),
        VideoId: videoId,
        ...fatStream,
        FileUrl: long(`http://x/${n}`, 240),
        CoverUrl: long('http://x/', 240),
        ErrorMessage: long('m', 80),
      })),
    };
    const ledger = [
      ...many(maxGenerations + 3, (n) => requested(n, `key-${n}`)),
      ...many(maxGenerations, (n) =>
        jobEvent('TranscodeJobAcknowledged', n, tokenOf(videoId, 'SEGMENT', n + 1), {
          JobIds: many(40, (m) => `${n}-${m}-`.padEnd(64, 'x')),
          ErrorMessage: long('m', 80),
        }),
      ),
      ...many(20, (n) => jobEvent('TranscodeJobInDoubt', n, `other-${n}`, { ErrorMessage: long('m', 80) })),
    ];
    const start = run([recorded(4), sourceReady(6), ...ledger], { policies: transcodeBy('pipeline') }).state;
    expect(start?.jobs).toHaveLength(maxGenerations + 1);
    const sizes = Object.entries(floods).map(([name, bodies]) => {
      const state = fold(bodies, start);
      expect(state?.truncated, name).toBe(true);
      return { name, bytes: state === null ? 0 : encode(state).length };
    });
    console.info(`encoded bytes: ${sizes.map(({ name, bytes }) => `${name} ${bytes}`).join(', ')}`);
    for (const { name, bytes } of sizes) expect(bytes, name).toBeLessThan(maxStateBytes);
  });

  it('keeps the earliest events of a flood, in whatever order they came', () => {
    const bodies = [
      ...many(maxUnits - 20, (n) => ({ EventType: 'Flood', EventTime: at(n % 50), VideoId: videoId, n })),
      ...many(20, (n) => streamTranscoded(n * 3, rendition(`job-${n}`, `D${n % 5}`))),
      ...many(10, (n) =>
        transcoded(
          n * 7,
          many(5, (m) => rendition(`job-${n * 2 + m}`, `D${m}`)),
        ),
      ),
    ];
    const expected = withoutRevision(fold(bodies));
    check(
      'a flood leaves the same state in any order',
      fc.property(fc.shuffledSubarray(bodies, { minLength: bodies.length }), fc.nat({ max: 200 }), (arrival, cut) => {
        const first = fold(arrival.slice(0, cut));
        const state = fold([...arrival.slice(cut), ...arrival], first === null ? null : throughTheLog(first));
        expect(state?.truncated).toBe(true);
        expect(withoutRevision(state)).toBe(expected);
      }),
      20,
    );
  });

  it('says once that it left something out, and keeps its revision rising', () => {
    const flood = many(maxUnits + 5, (n) => ({ EventType: 'Flood', EventTime: at(n), VideoId: videoId, n }));
    const { outcomes, state } = run(flood);
    expect(outcomes.filter((one) => one.kind === 'next')).toHaveLength(maxUnits + 1);
    expect(state).toMatchObject({ truncated: true, revision: maxUnits + 1 });
    const earlier = run([recorded(-5)], { from: state }).state;
    expect(earlier).toMatchObject({ kind: 'SEGMENT', revision: maxUnits + 2 });
    expect(earlier?.timeline).toHaveLength(maxUnits);
  });

  it('keeps the job ledger whatever the cloud floods it with', () => {
    const token = tokenOf(videoId, 'SEGMENT', 0);
    const acknowledged = jobEvent('TranscodeJobAcknowledged', 9, token, { TranscodeTaskId: 'task-1', JobIds: ['j'] });
    const { state } = run([recorded(4), sourceReady(6), acknowledged], { policies: transcodeBy('pipeline') });
    const flooded = fold(
      many(maxUnits * 2, (n) => ({ EventType: 'Flood', EventTime: at(-n), VideoId: videoId })),
      state,
    );
    expect(flooded?.jobs).toMatchObject([{ token, state: 'ACKNOWLEDGED', taskId: 'task-1' }]);
    const jobFlood = fold(
      many(maxJobEvents + 5, (n) => jobEvent('TranscodeJobSubmitted', 100 + n, token, { Attempt: n + 2 })),
      state,
    );
    expect(jobFlood?.jobs).toMatchObject([{ state: 'ACKNOWLEDGED', attempt: maxJobEvents }]);
  });
});
