import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  evolve,
  maxGenerations,
  maxRequests,
  maxRunnerEvents,
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

describe('the size of a video', { timeout: 1_800_000 }, () => {
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
      // As fat as they get, and with as many contradicting copies as are remembered.
      'contradicting observations': many(18, (copy) =>
        many(maxUnits, (n) => ({
          EventType: 'ReconcilerObservation',
          EventTime: at(n * 20 - copy - 5000),
          VideoId: videoId,
          ...fatStream,
          Status: long('s', 20),
          FileUrl: long(`http://x/${n}`, 250),
          CoverUrl: long('http://x/', 250),
          ErrorMessage: long('m', 84),
          ErrorCode: long('E', 42),
          JobId: 'j'.repeat(64),
        })),
      ).flat(),
    };
    // The most that the runner says: every ending of every generation, with as many job ids as are kept.
    const ledger = [
      ...many(maxGenerations + 3, (n) => requested(n, `key-${n}`)),
      ...many(maxGenerations, (n) =>
        jobEvent('TranscodeJobAcknowledged', n, tokenOf(videoId, 'SEGMENT', n + 1), {
          JobIds: many(40, (m) => `${n}-${m}-`.padEnd(64, 'x')),
          ErrorMessage: long('m', 80),
        }),
      ),
      ...many(maxRunnerEvents, (n) =>
        jobEvent('TranscodeJobAcknowledged', n, tokenOf(videoId, 'SEGMENT', n % 17), {
          JobIds: many(40, (m) => `${n}-${m}-`.padEnd(64, 'y')),
          ErrorMessage: long('m', 80),
          ErrorCode: long('E', 42),
          TranscodeTaskId: `${n}`.padEnd(64, 't'),
          TemplateGroupId: 't'.repeat(64),
          JobId: 'j'.repeat(64),
          Attempt: n + 2,
        }),
      ),
    ];
    const start = run([recorded(4), sourceReady(6), ...ledger], { policies: transcodeBy('pipeline') }).state;
    expect(start?.jobs).toHaveLength(maxGenerations + 1);
    // Of the job ids that were acknowledged and not heard of.
    expect(start?.renditions).toHaveLength(64);
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
  });

  // One lane for requests and the runner's events, from which the latest went first: whoever asked or tried often enough
  // pushed out how the job had ended, and nothing said so.
  it('keeps how a job ended whatever operators and attempts flood it with, and says that something was left out', () => {
    const token = tokenOf(videoId, 'SEGMENT', 0);
    const acknowledged = jobEvent('TranscodeJobAcknowledged', 500, token, { TranscodeTaskId: 'task-1', JobIds: ['j'] });
    const asked = many(48, (n) => requested(10 + n, `key-${n}`));
    const tried = many(maxRunnerEvents + 5, (n) =>
      jobEvent('TranscodeJobSubmitted', 100 + n, token, { Attempt: n + 2 }),
    );
    const start = run([recorded(4), sourceReady(6)], { policies: transcodeBy('pipeline') }).state;
    for (const flood of [asked, tried, [...asked, ...tried]])
      for (const bodies of [
        [...flood, acknowledged],
        [acknowledged, ...flood.toReversed()],
      ]) {
        const state = fold(bodies, start);
        expect(state).toMatchObject({ truncated: true, jobs: [{ token, state: 'ACKNOWLEDGED', taskId: 'task-1' }] });
        expect(withoutRevision(fold(bodies, state))).toBe(withoutRevision(state));
        expect(withoutRevision(state)).toBe(withoutRevision(fold([...flood, acknowledged], start)));
      }
  });

  it('has room for a request and all endings of each generation and step', () => {
    const tokens = [
      ...many(maxGenerations + 1, (n) => tokenOf(videoId, 'SEGMENT', n)),
      tokenOf(videoId, 'AUDIT', 0),
      tokenOf(videoId, 'SNAPSHOT', 0),
    ];
    const endings = tokens.flatMap((token, n) =>
      ['Acknowledged', 'Failed', 'InDoubt'].map((how) => jobEvent(`TranscodeJob${how}`, n, token)),
    );
    const composed = ['Acknowledged', 'Failed', 'InDoubt'].map((how) => jobEvent(`ComposeJob${how}`, 1, 'compose'));
    const bodies = [...many(maxRequests, (n) => requested(n, `key-${n}`)), ...endings, ...composed];
    expect(fold(bodies)).toMatchObject({ truncated: false });
    expect(fold(bodies)?.timeline).toHaveLength(bodies.length);
  });

  // A copy of an event that had been kept was taken in though its own time lay in what was cut off, while the same copy
  // was left out where it came first.
  it('leaves out a late copy of an early event in whatever order they come', () => {
    const flood = many(maxUnits, (n) => event({ EventType: 'Flood', EventTime: at(n), VideoId: videoId, n }));
    const found = event(recorded(50, { ErrorMessage: 'found' }), 'reconciler');
    const told = event(recorded(500));
    const settled = (events: readonly ReturnType<typeof event>[]): VideoState | null =>
      events.reduce<VideoState | null>((state, next) => {
        const evolved = evolve(state, next);
        return evolved.changed ? evolved.state : state;
      }, null);
    const expected = withoutRevision(settled([...flood, found, told]));
    expect(withoutRevision(settled([...flood, told, found]))).toBe(expected);
    expect(withoutRevision(settled([found, ...flood, told]))).toBe(expected);
    expect(withoutRevision(settled([told, ...flood, found]))).toBe(expected);
  });
});
