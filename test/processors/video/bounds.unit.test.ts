import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evolve, maxGenerations, maxStateBytes, rooms, tokenOf } from '../../../processors/video/index.ts';
import type { VideoState } from '../../../schemas/generated/VideoState.ts';
import { check } from '../../support/property.ts';
import {
  at,
  type CallbackBody,
  composeStart,
  event,
  jobEvent,
  named,
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

const maxRequests = rooms.requests.events;
const maxRunnerEvents = rooms.runner.events;
/** Far more than there is room for. */
const flooding = 260;

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

const unknown = (seconds: number, n: number): CallbackBody => named('Flood', seconds, { n });
const titled = (seconds: number, n: number): CallbackBody =>
  named('MediaBaseChangeComplete', seconds, { Status: 'success', OperateMode: 'update', MediaContent: { Title: n } });
const deletion = (seconds: number, DeleteType: string, Status: string, n: number): CallbackBody =>
  named('DeleteMediaComplete', seconds, { Status, DeleteType, MediaType: 'video', JobIds: `j${n}` });

/** Names of a stream as long as they are kept. */
const fatStream = { DomainName: long('d', 84), AppName: long('a', 84), StreamName: long('s', 84) };

describe('the size of a video', { timeout: 1_800_000 }, () => {
  it('stays below the documented maximum, whatever floods in', () => {
    const floods: Readonly<Record<string, readonly CallbackBody[]>> = {
      'single outputs': many(400, (n) => streamTranscoded(n, fatOutput(n))),
      'lists of outputs': many(20, (n) =>
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
      workflows: many(400, (n) => ({
        ...{ EventType: 'WorkflowTaskComplete', EventTime: at(n), VideoId: videoId, Status: long('s', 20) },
        ...{ TaskId: `${n}`.padEnd(64, 't'), WorkflowId: 'w'.repeat(64), ErrorMessage: long('m', 84) },
        ErrorCode: long('E', 42),
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
        many(40, (n) => ({
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

  it('keeps the same events of a flood, in whatever order they came', () => {
    const bodies = [
      ...many(300, (n) => unknown(n % 50, n)),
      ...many(60, (n) => recorded(n, { Status: `maybe ${n}`, ...fatStream })),
      ...many(200, (n) =>
        deletion(n % 40, ['all', 'mezzanine', 'stream'][n % 3] ?? '', n % 7 === 0 ? 'fail' : 'success', n),
      ),
      ...many(150, (n) => streamTranscoded(n * 3, fatOutput(n))),
      ...many(30, (n) =>
        transcoded(
          n * 7,
          many(5, (m) => fatOutput(n * 2 + m)),
        ),
      ),
    ];
    const expected = withoutRevision(fold(bodies));
    check(
      'a flood leaves the same state in any order',
      fc.property(fc.shuffledSubarray(bodies, { minLength: bodies.length }), fc.nat({ max: 600 }), (arrival, cut) => {
        const first = fold(arrival.slice(0, cut));
        const state = fold([...arrival.slice(cut), ...arrival], first === null ? null : throughTheLog(first));
        expect(state?.truncated).toBe(true);
        expect(withoutRevision(state)).toBe(expected);
      }),
      6,
    );
  });

  it('says once that it left something out, and keeps its revision rising', () => {
    const flood = many(flooding, (n) => unknown(n, n));
    const { outcomes, state } = run(flood);
    const kept = state?.timeline.length ?? 0;
    expect(kept).toBeLessThan(flooding);
    expect(outcomes.filter((one) => one.kind === 'next')).toHaveLength(kept + 1);
    expect(state).toMatchObject({ truncated: true, revision: kept + 1 });
    const earlier = run([recorded(-5)], { from: state }).state;
    expect(earlier).toMatchObject({ kind: 'SEGMENT', revision: kept + 2 });
    expect(earlier?.timeline).toHaveLength(kept + 1);
  });

  it('keeps the job ledger whatever the cloud floods it with', () => {
    const token = tokenOf(videoId, 'SEGMENT', 0);
    const acknowledged = jobEvent('TranscodeJobAcknowledged', 9, token, { TranscodeTaskId: 'task-1', JobIds: ['j'] });
    const { state } = run([recorded(4), sourceReady(6), acknowledged], { policies: transcodeBy('pipeline') });
    const flooded = fold(
      many(flooding, (n) => unknown(-n, n)),
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

  it('keeps a late copy of an early event whatever order they come in', () => {
    const flood = many(flooding, (n) => event(unknown(n, n)));
    const found = event(recorded(50, { ErrorMessage: 'found' }), 'reconciler');
    const told = event(recorded(500));
    const folded = (events: readonly ReturnType<typeof event>[]): VideoState | null =>
      events.reduce<VideoState | null>((state, next) => {
        const evolved = evolve(state, next);
        return evolved.changed ? evolved.state : state;
      }, null);
    const expected = withoutRevision(folded([...flood, found, told]));
    expect(withoutRevision(folded([...flood, told, found]))).toBe(expected);
    expect(withoutRevision(folded([found, ...flood, told]))).toBe(expected);
    expect(withoutRevision(folded([told, ...flood, found]))).toBe(expected);
  });
});

// One room for all that the cloud says, of which the earliest 200 stayed: a video that had been told much was deaf to how it
// ended, and whoever told much that was early erased how it began.
describe('what decides a video', { timeout: 600_000 }, () => {
  const life = [recorded(4), sourceReady(6)];
  const ld = rendition('job-ld', 'LD');
  const endings: Readonly<Record<string, { bodies: readonly CallbackBody[]; says: object }>> = {
    transcoded: {
      bodies: [streamTranscoded(1000, ld), transcoded(1001, [ld])],
      says: { status: 'TRANSCODED', transcodedTime: Date.parse(at(1001)) },
    },
    blocked: {
      bodies: [named('CreateAuditComplete', 1002, { AuditStatus: 'Blocked', Reason: 'r' })],
      says: { status: 'FAILED', errorCode: 'AuditBlocked' },
    },
    deleted: { bodies: [deletion(1003, 'all', 'success', 0)], says: { status: 'DELETED' } },
  };
  const early = (n: number): number => n - 5_000;
  const floods: Readonly<Record<string, readonly CallbackBody[]>> = {
    'changes of its title': many(flooding, (n) => titled(10 + n, n)),
    'the same, early': many(flooding, (n) => titled(early(n), n)),
    'a new type without a time': many(flooding, (n) => ({ EventType: 'New', VideoId: videoId, n })),
    'early recordings of odd statuses': many(flooding, (n) => recorded(early(n), { Status: `s${n}`, StreamName: 'x' })),
    'early recordings of odd statuses that name no stream': many(flooding, (n) =>
      recorded(early(n), { Status: `s${n}`, StreamName: undefined }),
    ),
    'early uploads': many(flooding, (n) => sourceReady(early(n), { FileUrl: undefined, Size: undefined })),
    'late uploads without an address': many(flooding, (n) =>
      sourceReady(20 + n, { FileUrl: undefined, Size: undefined }),
    ),
    'early analyses': many(flooding, (n) => named('VideoAnalysisComplete', early(n), { Size: n, Status: 'success' })),
    'early verdicts': many(flooding, (n) => named('CreateAuditComplete', early(n), { AuditStatus: 'Normal' })),
    'early audits of the machine': many(flooding, (n) =>
      named('AIMediaAuditComplete', early(n), { JobId: `a${n}`, Data: { Suggestion: 'pass' }, Status: 'success' }),
    ),
    'early deletions of streams': many(flooding, (n) => deletion(early(n), 'stream', 'success', n)),
    'deletions that failed': many(flooding, (n) => deletion(early(n), 'all', 'fail', n)),
    'early renditions': many(flooding, (n) => streamTranscoded(early(n), fatOutput(n * 2 + 1))),
    'early transcodes that failed': many(flooding, (n) => transcoded(early(n), [], { Status: 'fail' })),
    'times in the far future': many(flooding, (n) => sourceReady(90 * 86_400 + n)),
  };

  it.each(Object.keys(floods))('stays and is heard, whatever else comes: %s', (name) => {
    const flood = floods[name] ?? [];
    for (const { bodies, says } of Object.values(endings))
      for (const arrival of [
        [...life, ...flood, ...bodies],
        [...flood, ...bodies.toReversed(), ...life.toReversed()],
      ]) {
        const state = fold(arrival);
        expect(state).toMatchObject({
          kind: 'SEGMENT',
          stream: { streamName: name.includes('odd') && !name.includes('no stream') ? expect.any(String) : 'room-42' },
          recordedTime: Date.parse(at(4)),
          sourceUrl: 'http://bucket.oss-cn-shanghai.aliyuncs.com/x/y.m3u8',
          ...says,
          // No TranscodeComplete covers what was made up.
          ...(name === 'early renditions' && 'transcodedTime' in says ? { status: 'PLAYABLE' } : {}),
        });
        expect(encode(state as VideoState).length).toBeLessThan(maxStateBytes);
      }
  });

  it.each<[string, string, string]>([
    ['TranscodeJobFailed', 'TranscodeJobFailed', 'FAILED'],
    ['TranscodeJobFailed', 'TranscodeJobInDoubt', 'IN_DOUBT'],
    ['TranscodeJobFailed', 'TranscodeJobSubmitted', 'SUBMITTED'],
    ['TranscodeJobInDoubt', 'TranscodeJobSubmitted', 'SUBMITTED'],
    ['TranscodeJobSubmitted', 'TranscodeJobSubmitted', 'SUBMITTED'],
  ])('knows what became of a job, however often %s is said of another: %s', (flooding, said, state) => {
    const start = run(life, { policies: transcodeBy('pipeline') }).state;
    const [first] = start?.jobs ?? [];
    if (start === null || first === undefined) throw new Error('nothing planned');
    const [one, other] = [0, 1].map((generation) => tokenOf(videoId, 'SEGMENT', generation)) as [string, string];
    const jobs = [one, other].map((token, generation) => ({ ...first, token, generation }));
    const flood = many(3 * maxRunnerEvents, (n) => jobEvent(flooding, 10 + n, one, { Attempt: n + 2 }));
    const last = jobEvent(said, 900, other);
    const states = [[...flood, last], [last, ...flood], [...flood, last].toReversed()].map((arrival) =>
      fold(arrival, { ...start, jobs }),
    );
    for (const found of states) {
      expect(found?.jobs[1]?.state).toBe(state);
      expect(found?.timeline).toEqual(states[0]?.timeline);
    }
    expect(states[0]?.truncated).toBe(true);
  });

  it('has room for all renditions of all generations of our own jobs, beside a flood', () => {
    const generations = many(maxGenerations + 1, (n) => {
      const token = tokenOf(videoId, 'SEGMENT', n);
      const outputs = many(6, (m) => rendition(`${n}-${m}-`.padEnd(32, 'f'), `D${m}`));
      const ids = outputs.map((one) => one.JobId);
      const acknowledged = jobEvent('TranscodeJobAcknowledged', 100 * n + 10, token, {
        TranscodeTaskId: `t${n}`,
        JobIds: ids,
      });
      const told = [
        acknowledged,
        ...outputs.map((one, m) => streamTranscoded(100 * n + 20 + m, one)),
        transcoded(100 * n + 30, outputs),
      ];
      return { token, told };
    });
    const start = run(life, { policies: transcodeBy('pipeline') }).state;
    const [first] = start?.jobs ?? [];
    if (start === null || first === undefined) throw new Error('nothing planned');
    const jobs = generations.map(({ token }, generation) => ({ ...first, token, generation }));
    const bodies = [...(floods['changes of its title'] ?? []), ...generations.flatMap(({ told }) => told)];
    for (const arrival of [bodies, bodies.toReversed()]) {
      const state = fold(arrival, { ...start, jobs });
      expect(state?.renditions).toHaveLength(17 * 6);
      expect(state?.jobs.map((job) => job.state)).toEqual(many(17, () => 'DONE'));
      console.info(`17 generations of 6 renditions: ${encode(state as VideoState).length} bytes`);
    }
  });

  // All lanes at once, and on top of what fits in them the earliest and the latest of as many meanings as there are.
  it('leaves a state below the documented maximum when every lane is flooded with the longest texts', () => {
    const fat = { ErrorMessage: long('m', 85), ErrorCode: long('E', 42), JobId: 'j'.repeat(64) };
    const url = (n: number): string => long(`http://x/${n}/`, 250);
    const flags = many(
      16,
      (mask) =>
        (bit: number): boolean =>
          (mask & (1 << bit)) !== 0,
    );
    const all = flags.flatMap((has) =>
      ['success', 'fail'].flatMap((Status) =>
        many(12, (n) => [
          recorded(n, { ...(has(0) ? fatStream : { StreamName: undefined }), Status, ...fat }),
          composeStart(n, { ...(has(0) ? fatStream : { StreamName: undefined }), Status, ...fat }),
          sourceReady(n, { Status, FileUrl: has(0) ? url(n) : undefined, Size: has(1) ? n : undefined, ...fat }),
          named('VideoAnalysisComplete', n, {
            Status,
            Size: has(0) ? n : undefined,
            Duration: has(1) ? n : undefined,
            ...fat,
          }),
          named('UploadByURLComplete', n, { Status, Size: has(0) ? n : undefined, ...fat, JobId: `u${n}${Status}` }),
          named('ProduceMediaComplete', n, { Status, ...fat }),
          named('SnapshotComplete', n, {
            Status,
            ...(has(0) ? { CoverUrl: url(n) } : {}),
            ...(has(1) ? { SubType: 'SpecifiedTime' } : {}),
            SnapshotInfos: [{ JobId: `${n}`.padEnd(64, 's') }],
            ErrorMessage: long('m', 85),
          }),
          named('MediaBaseChangeComplete', n, {
            Status,
            OperateMode: 'update',
            MediaContent: has(0) ? { CoverURL: { NewValue: url(n) } } : {},
            ...fat,
          }),
          named('DeleteMediaComplete', n, {
            Status,
            DeleteType: has(0) ? 'stream' : has(1) ? 'mezzanine' : 'all',
            ...(has(2) ? { JobIds: many(32, (m) => `${n}-${m}`.padEnd(64, 'd')) } : {}),
            ...fat,
          }),
          named('CreateAuditComplete', n, {
            Status,
            AuditStatus: has(0) ? 'Blocked' : has(1) ? 'Normal' : '?',
            Reason: long('r', 85),
            ...fat,
          }),
          named('AIMediaAuditComplete', n, {
            Status,
            Data: { Suggestion: has(0) ? 'pass' : has(1) ? 'block' : has(2) ? 'review' : '?' },
            ...fat,
            JobId: `${n}${Status}${has(0)}${has(1)}`.padEnd(64, 'a'),
          }),
          named('AIMediaDNAComplete', n, {
            Status,
            ...fat,
            JobId: `${n}${Status}${has(0)}`.padEnd(64, 'd'),
            Data: has(0)
              ? { VideoDNA: many(20, (m) => ({ PrimaryKey: `${m}`.padEnd(64, 'v'), Similarity: 0.5 })) }
              : {},
          }),
          named('AIVideoTagComplete', n, {
            Status,
            ...fat,
            JobId: `${n}${Status}${has(0)}`.padEnd(64, 't'),
            Data: has(0) ? { [long('c', 10)]: many(60, (m) => ({ Tag: `${m}${long('t', 20)}` })) } : {},
          }),
          streamTranscoded(n, { ...fatOutput(n * 40 + Number(has(0)) * 7), Status }),
          transcoded(n, has(0) ? many(6, (m) => fatOutput(n * 1000 + m)) : [], { Status, ...fat }),
          named('ReconcilerObservation', n, {
            ...(has(0) ? fatStream : {}),
            ...(has(1) ? { FileUrl: url(n), CoverUrl: url(n) } : {}),
            ...fat,
            StreamInfos: has(2) ? many(6, (m) => fatOutput(90_000 + n * 10 + m)) : [],
          }),
          unknown(n, n),
          requested(n, `k${n}${has(0)}`, { ErrorMessage: long('m', 85) }),
          jobEvent('TranscodeJobAcknowledged', n, tokenOf(videoId, 'SEGMENT', n), {
            JobIds: many(40, (m) => `${n}-${m}-`.padEnd(64, 'y')),
            TranscodeTaskId: `${n}${has(0)}${has(1)}`.padEnd(64, 't'),
            ...fat,
          }),
        ]).flat(),
      ),
    );
    const bytes = encode(fold(all) as VideoState).length;
    console.info(`every lane flooded: ${bytes} bytes`);
    expect(bytes).toBeLessThan(maxStateBytes);
  });
});
