/** The job ledger of docs/video-status.md: what each row of its table means, and what is entered of how a job went. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenOf } from '../../../processors/video/index.ts';
import { ledgerOf } from '../../../processors/video/ledger.ts';
import { codeIn, tableIn } from '../../support/document-tables.ts';
import { check } from '../../support/property.ts';
import {
  atMs,
  type CallbackBody,
  failedRendition,
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
import { run, transcodeBy } from '../run-topology.ts';

const [ld, hd] = [rendition('job-ld', 'LD'), rendition('job-hd', 'HD')];
const [badLd, badHd] = [failedRendition('job-ld', 'LD'), failedRendition('job-hd', 'HD')];
const token = tokenOf(videoId, 'SEGMENT', 0);
const acknowledged = (seconds: number, ...JobIds: readonly string[]) =>
  jobEvent('TranscodeJobAcknowledged', seconds, token, { JobIds });

const submitted = (seconds: number, Attempt = 1) => jobEvent('TranscodeJobSubmitted', seconds, token, { Attempt });
const refused = jobEvent('TranscodeJobFailed', 21, token, { ErrorCode: 'Forbidden', ErrorMessage: 'no' });
const doubtful = jobEvent('TranscodeJobInDoubt', 21, token);
const ready = [recorded(4), sourceReady(6)];

/** State of the table of the ledger, a history that ends there, and who transcodes. */
const ledgers: readonly (readonly [string, string, readonly CallbackBody[], 'cloud' | 'pipeline' | 'approval'])[] = [
  ['DECIDED', 'the cloud does', ready, 'cloud'],
  ['AWAITING_APPROVAL', 'somebody has to ask', ready, 'approval'],
  ['PLANNED', 'ordered', ready, 'pipeline'],
  ['PLANNED', 'somebody asked', [...ready, requested(9, 'k')], 'approval'],
  ['SUBMITTED', 'attempted', [...ready, submitted(20)], 'pipeline'],
  ['IN_DOUBT', 'nobody knows', [...ready, submitted(20), doubtful], 'pipeline'],
  ['ACKNOWLEDGED', 'taken', [...ready, submitted(20), acknowledged(21, 'job-ld')], 'pipeline'],
  ['ACKNOWLEDGED', 'taken after all', [...ready, refused, doubtful, acknowledged(30, 'job-ld')], 'pipeline'],
  [
    'ACKNOWLEDGED',
    'one of two has ended',
    [...ready, acknowledged(21, 'job-ld', 'job-hd'), streamTranscoded(50, ld)],
    'pipeline',
  ],
  ['ACKNOWLEDGED', 'another job has ended', [...ready, acknowledged(21, 'job-ld'), transcoded(50, [hd])], 'pipeline'],
  [
    'DONE',
    'all have ended, one well',
    [...ready, acknowledged(21, 'job-ld', 'job-hd'), transcoded(50, [ld, badHd])],
    'pipeline',
  ],
  ['FAILED', 'refused for good', [...ready, submitted(20), refused], 'pipeline'],
  ['FAILED', 'refused, whatever the doubt', [...ready, doubtful, refused], 'pipeline'],
  [
    'FAILED',
    'all have failed',
    [...ready, acknowledged(21, 'job-ld', 'job-hd'), transcoded(50, [badLd, badHd], { Status: 'fail' })],
    'pipeline',
  ],
];

describe('the job ledger', () => {
  const states = tableIn('video-status.md', '| state | means |').map(([state]) => codeIn(state));

  it.each(ledgers)('%s: %s', (state, _, bodies, by) => {
    // What an order changes is when something is planned: the cause comes first, then the rest in any order.
    const [causes, rest] = [bodies.slice(0, 2), bodies.slice(2)];
    for (const order of [rest, rest.toReversed()])
      expect(run([...causes, ...order], { policies: transcodeBy(by) }).state?.jobs.map((job) => job.state)).toEqual([
        state,
      ]);
  });

  it('has a history for every row', () => {
    expect(new Set(ledgers.map(([state]) => state))).toEqual(new Set(states));
  });

  const failedAt = (seconds: number, code: string) =>
    jobEvent('TranscodeJobFailed', seconds, token, { ErrorCode: code, ErrorMessage: `${code}!` });
  const doubtAt = (seconds: number, code: string) =>
    jobEvent('TranscodeJobInDoubt', seconds, token, { ErrorCode: code, ErrorMessage: `${code}!` });
  const taken = (seconds: number, JobIds: readonly string[], TranscodeTaskId = 'task') =>
    jobEvent('TranscodeJobAcknowledged', seconds, token, { JobIds, TranscodeTaskId });
  const both = ['job-ld', 'job-hd'];
  const failedSummary = { Status: 'fail', ErrorCode: 'E.All', ErrorMessage: 'all' };
  const days = 86_400;
  const many = Array.from({ length: 34 }, (_, n) => `j${10 + n}`);

  const nothing = {
    state: 'PLANNED',
    attempt: 0,
    submittedAt: null,
    acknowledgedAt: null,
    finishedAt: null,
    taskId: null,
    jobIds: [] as readonly string[],
    errorCode: null,
    errorMessage: null,
  };
  const running = {
    state: 'ACKNOWLEDGED',
    attempt: 1,
    submittedAt: atMs(20),
    acknowledgedAt: atMs(20),
    taskId: 'task',
  };
  const byName = ['job-hd', 'job-ld'];

  /** What is told of a job, in any order, and what is entered of it. */
  const entered: readonly (readonly [string, readonly CallbackBody[], object])[] = [
    ['nothing', [], {}],
    ['another job', [jobEvent('TranscodeJobAcknowledged', 20, 'other', { JobIds: both })], {}],
    ['two attempts', [submitted(20), submitted(25, 2)], { state: 'SUBMITTED', attempt: 2, submittedAt: atMs(20) }],
    [
      'two doubts',
      [doubtAt(21, 'E.1'), jobEvent('TranscodeJobInDoubt', 22, token, { Attempt: 2 })],
      { state: 'IN_DOUBT', attempt: 2, errorCode: 'E.1', errorMessage: 'E.1!' },
    ],
    [
      'a failure, one more, and a doubt before both',
      [doubtAt(19, 'E.0'), failedAt(21, 'E.1'), jobEvent('TranscodeJobFailed', 22, token, { Attempt: 2 })],
      { state: 'FAILED', attempt: 2, finishedAt: atMs(21), errorCode: 'E.1', errorMessage: 'E.1!' },
    ],
    ['that it was taken', [taken(20, both)], { ...running, jobIds: byName }],
    [
      'that it was taken twice, after an attempt',
      [submitted(18), taken(20, ['job-ld']), taken(22, ['job-hd'], 'task-2')],
      { ...running, submittedAt: atMs(18), jobIds: byName },
    ],
    [
      'that it was taken, after a failure and a doubt',
      [failedAt(10, 'E.1'), doubtAt(11, 'E.2'), taken(20, both)],
      { ...running, jobIds: byName },
    ],
    ['that one of two has ended', [taken(20, both), streamTranscoded(50, ld)], { ...running, jobIds: byName }],
    [
      'that both have ended, first each, then all',
      [taken(20, both), streamTranscoded(70, ld), streamTranscoded(50, hd), transcoded(90, [ld, hd])],
      { ...running, state: 'DONE', jobIds: byName, finishedAt: atMs(70) },
    ],
    [
      'that one of both failed',
      [taken(20, both), streamTranscoded(50, badHd), streamTranscoded(70, ld)],
      { ...running, state: 'DONE', jobIds: byName, finishedAt: atMs(70) },
    ],
    [
      'that both failed',
      [
        taken(20, both),
        streamTranscoded(50, { ...badHd, ErrorCode: 'E.Hd', ErrorMessage: 'hd' }),
        streamTranscoded(40, { ...badLd, ErrorCode: 'E.Ld' }),
      ],
      { ...running, state: 'FAILED', jobIds: byName, finishedAt: atMs(50), errorCode: 'E.Hd', errorMessage: 'hd' },
    ],
    [
      'that it has ended, and its stream was deleted since',
      [
        taken(20, ['job-ld']),
        streamTranscoded(50, ld),
        named('DeleteMediaComplete', 60, { DeleteType: 'stream', JobIds: 'job-ld' }),
      ],
      { ...running, state: 'DONE', jobIds: ['job-ld'], finishedAt: atMs(50) },
    ],
    [
      'that both have ended, one at a time that can’t be true',
      [taken(20, both), streamTranscoded(50, ld), streamTranscoded(9 * days, hd)],
      { ...running, state: 'DONE', jobIds: byName, finishedAt: atMs(50) },
    ],
    [
      'that it has ended, at no time that can be believed',
      [taken(20, ['job-hd']), streamTranscoded(9 * days, hd)],
      { ...running, state: 'DONE', jobIds: ['job-hd'] },
    ],
    [
      'that it has ended, at a time that can’t be true and at one that can',
      [taken(20, ['job-hd']), streamTranscoded(9 * days, hd), transcoded(60, [hd])],
      { ...running, state: 'DONE', jobIds: ['job-hd'], finishedAt: atMs(60) },
    ],
    // The cloud names no job ids for some tasks (HLS packaging): a later summary ends those.
    ['no job ids, and that all had ended before', [taken(20, []), transcoded(19, [ld])], running],
    [
      'no job ids, and that all had ended, twice',
      [taken(20, []), transcoded(20, [ld]), transcoded(30, [], failedSummary)],
      { ...running, state: 'DONE', finishedAt: atMs(20) },
    ],
    [
      'no job ids, and that all ended after the attempt',
      [submitted(10), taken(20, []), transcoded(15, [])],
      { ...running, submittedAt: atMs(10), state: 'DONE', finishedAt: atMs(15) },
    ],
    [
      'no job ids, and that all failed',
      [taken(20, []), transcoded(30, [], failedSummary)],
      { ...running, state: 'FAILED', finishedAt: atMs(30), errorCode: 'E.All', errorMessage: 'all' },
    ],
    ['no job ids, and that one rendition is done', [taken(20, []), streamTranscoded(30, ld)], running],
    [
      'more job ids than are kept',
      [taken(20, many.slice(0, 20)), taken(21, many.slice(20))],
      { ...running, jobIds: many.slice(0, 32) },
    ],
  ];

  it.each(entered)('is told: %s', (_, bodies, expected) => {
    check(
      'the same entry in any order',
      fc.property(fc.shuffledSubarray([...bodies], { minLength: bodies.length }), (order) => {
        const { state } = run([...ready, ...order], { policies: transcodeBy('pipeline') });
        expect(state?.jobs).toMatchObject([{ token, ...nothing, ...expected }]);
      }),
      25,
    );
  });

  // An earlier event may take the room of the one that told it.
  it('is derived anew: nothing stays of what no event tells any more', () => {
    const planned = run(ready, { policies: transcodeBy('pipeline') }).state?.jobs;
    for (const told of [[failedAt(21, 'E.1')], [failedAt(19, 'E.1'), taken(20, both)]]) {
      const { state } = run([...ready, ...told], { policies: transcodeBy('pipeline') });
      expect(ledgerOf(state?.jobs ?? [], [], [], 'AUDIT')).toEqual(planned);
    }
  });
});

describe('room in the ledger', () => {
  it('is there for an acknowledgement after any number of failures and doubts of its job', () => {
    const policies = transcodeBy('pipeline');
    const troubles = Array.from({ length: 70 }, (_, n) =>
      jobEvent(n % 2 === 0 ? 'TranscodeJobInDoubt' : 'TranscodeJobFailed', 20 + n, token, { Attempt: n + 1 }),
    );
    const last = jobEvent('TranscodeJobAcknowledged', 200, token, { Attempt: 71, JobIds: ['job-ld'] });
    for (const bodies of [
      [...troubles, last],
      [last, ...troubles],
    ]) {
      const { state } = run([...ready, ...bodies], { policies });
      expect(state).toMatchObject({ truncated: true, jobs: [{ state: 'ACKNOWLEDGED', jobIds: ['job-ld'] }] });
    }
  });

  it('is there for a failure after any number of doubts', () => {
    const doubts = Array.from({ length: 70 }, (_, n) =>
      jobEvent('TranscodeJobInDoubt', 20 + n, token, { Attempt: n + 1 }),
    );
    const last = jobEvent('TranscodeJobFailed', 200, token, { Attempt: 71, ErrorCode: 'Forbidden' });
    const { state } = run([...ready, ...doubts, last], { policies: transcodeBy('pipeline') });
    expect(state?.jobs).toMatchObject([{ state: 'FAILED', errorCode: 'Forbidden' }]);
  });
});
