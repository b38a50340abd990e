/** Histories for every row of the table of statuses in docs/video-status.md; what each row promises is read from there. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenOf } from '../../../processors/video/index.ts';
import { codeIn, tableIn } from '../../support/document-tables.ts';
import { check } from '../../support/property.ts';
import {
  at,
  type CallbackBody,
  composeStart,
  failedRendition,
  jobEvent,
  recorded,
  rendition,
  snapshot,
  sourceReady,
  streamTranscoded,
  transcoded,
  videoId,
} from '../callbacks.ts';
import { bookOf, run } from '../run-topology.ts';

const [ld, hd] = [rendition('job-ld', 'LD'), rendition('job-hd', 'HD')];
const [badLd, badHd] = [failedRendition('job-ld', 'LD'), failedRendition('job-hd', 'HD')];
const token = tokenOf(videoId, 'SEGMENT', 0);

const of = (EventType: string, seconds: number, more: object = {}): CallbackBody => ({
  EventType,
  EventTime: at(seconds),
  VideoId: videoId,
  Status: 'success',
  ...more,
});
const deleted = (seconds: number, DeleteType: string, more: object = {}) =>
  of('DeleteMediaComplete', seconds, { DeleteType, ...more });
const added = (seconds: number, more: object = {}) =>
  of('UploadByURLComplete', seconds, { JobId: 'added', FileType: 'Stream', StreamFileURL: 'http://b/s.mp4', ...more });
const byPerson = (seconds: number, AuditStatus: string, more: object = {}) =>
  of('CreateAuditComplete', seconds, { AuditStatus, ...more });
const byMachine = (seconds: number, Suggestion: string, more: object = {}) =>
  of('AIMediaAuditComplete', seconds, { JobId: `audit-${seconds}`, Data: { Suggestion }, ...more });
const acknowledged = (seconds: number, ...JobIds: readonly string[]) =>
  jobEvent('TranscodeJobAcknowledged', seconds, token, { JobIds });
const fail = { Status: 'fail', ErrorCode: 'E.1' };

/** Row of the table of statuses, and a history that ends there. */
const histories: readonly (readonly [number, string, readonly CallbackBody[]])[] = [
  [1, 'deleted after all went well', [recorded(4), sourceReady(6), transcoded(60, [ld]), deleted(90, 'all')]],
  [1, 'deleted, and events come late', [deleted(90, 'all'), recorded(4), transcoded(60, [ld])]],
  [1, 'deleted and blocked', [recorded(4), byPerson(8, 'Blocked'), deleted(90, 'all')]],
  [1, 'nothing else is known', [deleted(90, 'all')]],
  [
    1,
    'told as a change of the media alone',
    [recorded(4), of('MediaBaseChangeComplete', 90, { MediaType: 'video', OperateMode: 'delete' })],
  ],
  [1, 'deleted, and in the same second a deletion failed', [recorded(4), deleted(90, 'all'), deleted(90, 'all', fail)]],
  [2, 'blocked by a person after all went well', [recorded(4), transcoded(60, [ld]), byPerson(90, 'Blocked')]],
  [2, 'blocked by a machine', [recorded(4), sourceReady(6), byMachine(8, 'block')]],
  [2, 'let pass by a machine, blocked by it later', [recorded(4), byMachine(8, 'pass'), byMachine(9, 'block')]],
  [2, 'blocked by a person, let pass by a machine later', [recorded(4), byPerson(8, 'Blocked'), byMachine(9, 'pass')]],
  [2, 'let pass by a person, who changes their mind', [recorded(4), byPerson(8, 'Normal'), byPerson(9, 'Blocked')]],
  [
    2,
    'blocked by a person, and lifting the block failed',
    [recorded(4), byPerson(8, 'Blocked'), byPerson(9, 'Normal', fail)],
  ],
  [
    2,
    'blocked by a person, and lifting the block failed in the same second',
    [recorded(4), byPerson(8, 'Blocked'), byPerson(8, 'Normal', fail)],
  ],
  [
    2,
    'blocked by a machine, and a person’s audit failed',
    [recorded(4), byMachine(8, 'block'), byPerson(9, 'Normal', fail)],
  ],
  [3, 'one rendition, and no word on all', [recorded(4), streamTranscoded(50, ld)]],
  [3, 'one good, one bad, and no word on all', [recorded(4), streamTranscoded(50, ld), streamTranscoded(51, badHd)]],
  [3, 'all are done, and another job runs', [recorded(4), transcoded(50, [ld]), acknowledged(60, 'job-hd')]],
  [
    3,
    'another rendition that no TranscodeComplete covers',
    [recorded(4), transcoded(50, [ld]), streamTranscoded(60, hd)],
  ],
  [
    3,
    'one of two jobs has ended',
    [recorded(4), acknowledged(40, 'job-ld', 'job-hd'), streamTranscoded(50, ld), transcoded(55, [ld])],
  ],
  [
    3,
    'a summary without names covers what was there before it, not what comes later',
    [recorded(4), streamTranscoded(50, ld), transcoded(51, []), streamTranscoded(60, hd)],
  ],
  [4, 'one good, one bad', [recorded(4), transcoded(60, [ld, badHd])]],
  [4, 'nothing but that is known', [transcoded(60, [ld, badHd])]],
  [
    4,
    'one good, one bad, each told before',
    [recorded(4), streamTranscoded(50, ld), streamTranscoded(60, badHd), transcoded(61, [ld, badHd])],
  ],
  [
    4,
    'a bad one again, and bad again',
    [recorded(4), transcoded(60, [ld, badHd]), transcoded(90, [failedRendition('job-hd-2', 'HD')])],
  ],
  [
    4,
    'one good, one bad, of no definition',
    [
      transcoded(60, [
        { ...ld, Definition: null },
        { ...badHd, Definition: null },
      ]),
    ],
  ],
  [4, 'one good, one bad, of another format', [transcoded(60, [hd, { ...badLd, Definition: 'HD', Format: 'm3u8' }])]],
  [
    5,
    'one that no TranscodeComplete covers was replaced',
    [streamTranscoded(50, ld), transcoded(60, [rendition('job-ld-2', 'LD')])],
  ],
  [5, 'all good', [recorded(4), sourceReady(6), streamTranscoded(50, ld), transcoded(60, [ld, hd])]],
  [5, 'a summary without names covers what was there', [recorded(4), streamTranscoded(50, ld), transcoded(51, [])]],
  [
    5,
    'the bad one again, and good',
    [recorded(4), transcoded(60, [ld, badHd]), transcoded(90, [rendition('job-hd-2', 'HD')])],
  ],
  [
    5,
    'a good one again, and bad: the good one is still there',
    [recorded(4), transcoded(60, [ld]), transcoded(90, [failedRendition('job-ld-2', 'LD')])],
  ],
  [
    5,
    'the bad one’s stream was deleted',
    [recorded(4), transcoded(60, [ld, badHd]), deleted(90, 'stream', { JobIds: ['job-hd'] })],
  ],
  [
    5,
    'the source was deleted afterwards',
    [recorded(4), sourceReady(6), transcoded(60, [ld]), deleted(90, 'mezzanine')],
  ],
  [
    5,
    'let pass by a person whatever the machine says',
    [recorded(4), transcoded(60, [ld]), byMachine(70, 'block'), byPerson(80, 'Normal')],
  ],
  [5, 'a stream was added, of which nothing more is to come', [sourceReady(6), added(60)]],
  [5, 'a stream was added to what was done', [recorded(4), transcoded(60, [ld]), added(90)]],
  [5, 'adding a stream to what was done failed', [recorded(4), transcoded(60, [ld]), added(90, fail)]],
  [5, 'an audit that failed says nothing', [recorded(4), transcoded(60, [ld]), byMachine(70, 'block', fail)]],
  [5, 'a person’s audit that failed says nothing', [recorded(4), transcoded(60, [ld]), byPerson(70, 'Blocked', fail)]],
  [5, 'a machine is unsure', [recorded(4), transcoded(60, [ld]), byMachine(70, 'review')]],
  [5, 'a person lifts the block', [recorded(4), transcoded(60, [ld]), byPerson(70, 'Blocked'), byPerson(80, 'Normal')]],
  [5, 'a deletion that failed deletes nothing', [recorded(4), transcoded(60, [ld]), deleted(90, 'all', fail)]],
  [6, 'a submitted job has not ended', [recorded(4), sourceReady(6), acknowledged(20, 'job-ld')]],
  [6, 'uploaded, one failed, and no word on all', [recorded(4), sourceReady(6), streamTranscoded(50, badLd)]],
  [6, 'one failed, and no word on all', [recorded(4), streamTranscoded(50, badLd)]],
  [
    6,
    'one of two jobs has failed',
    [recorded(4), acknowledged(40, 'job-ld', 'job-hd'), transcoded(55, [badLd], { Status: 'fail' })],
  ],
  [
    6,
    'all failed, and another job runs',
    [recorded(4), transcoded(50, [badLd], { Status: 'fail' }), acknowledged(60, 'job-hd')],
  ],
  [7, 'all failed', [recorded(4), sourceReady(6), transcoded(60, [badLd, badHd], { Status: 'fail' })]],
  [7, 'a damaged source', [recorded(4), sourceReady(6), transcoded(60, [], { Status: 'fail' })]],
  [7, 'nothing but that is known', [transcoded(60, [], { Status: 'fail' })]],
  [8, 'a success that names nothing', [recorded(4), sourceReady(6), transcoded(60, [])]],
  [
    7,
    'a damaged source, and a stream was deleted',
    [sourceReady(6), transcoded(60, [], fail), deleted(90, 'stream', { JobIds: ['x'] })],
  ],
  [
    7,
    'transcoded, its streams deleted, and transcoding it again failed',
    [sourceReady(6), transcoded(60, []), deleted(90, 'stream', { JobIds: ['x'] }), transcoded(99, [], fail)],
  ],
  [
    7,
    'transcoded, transcoding it again failed, and its streams were deleted',
    [sourceReady(6), transcoded(60, []), transcoded(90, [], fail), deleted(99, 'stream', { JobIds: ['x'] })],
  ],
  [8, 'a failure, then a success that names nothing', [sourceReady(6), transcoded(60, [], fail), transcoded(90, [])]],
  [8, 'a success that names nothing, then a failure', [sourceReady(6), transcoded(60, []), transcoded(90, [], fail)]],
  [
    8,
    'transcoded again after its streams were deleted',
    [deleted(50, 'stream', { JobIds: ['x'] }), transcoded(60, [])],
  ],
  [8, 'nothing but that is known', [transcoded(60, [])]],
  [9, 'the source was deleted', [recorded(4), sourceReady(6), deleted(90, 'mezzanine')]],
  [9, 'the source was deleted in the second of its upload', [sourceReady(6), deleted(6, 'mezzanine')]],
  [10, 'uploaded', [recorded(4), sourceReady(6)]],
  [10, 'composed and uploaded', [composeStart(4), sourceReady(6)]],
  [10, 'uploaded after a failure', [composeStart(4), sourceReady(6, fail), sourceReady(9)]],
  [10, 'uploaded, and failed and worked in one second', [recorded(4), sourceReady(6, fail), sourceReady(6)]],
  [10, 'uploaded, and uploading over it failed', [recorded(4), sourceReady(6), sourceReady(9, fail)]],
  [
    10,
    'uploaded, and what it is couldn’t be told',
    [recorded(4), sourceReady(6), of('VideoAnalysisComplete', 9, fail)],
  ],
  [
    9,
    'the source was deleted, and uploading it again failed',
    [sourceReady(6), deleted(9, 'mezzanine'), sourceReady(12, fail)],
  ],
  [10, 'uploaded although recording failed', [recorded(4, fail), sourceReady(6)]],
  [10, 'uploaded, with a snapshot', [recorded(4), sourceReady(6), snapshot(9)]],
  [10, 'uploaded, and adding a stream failed', [sourceReady(6), added(9, fail)]],
  [10, 'fetched', [of('UploadByURLComplete', 6, { JobId: 'j' })]],
  [
    10,
    'all renditions’ streams were deleted',
    [recorded(4), sourceReady(6), transcoded(60, [ld]), deleted(90, 'stream', { JobIds: ['job-ld'] })],
  ],
  [
    10,
    'a success that names nothing, and streams were deleted after it',
    [sourceReady(6), transcoded(60, []), deleted(90, 'stream', { JobIds: ['x'] })],
  ],
  [
    10,
    'a failure, then a success that names nothing, and streams were deleted after it',
    [sourceReady(6), transcoded(30, [], fail), transcoded(60, []), deleted(90, 'stream', { JobIds: ['x'] })],
  ],
  [
    10,
    'the source was deleted and fetched again',
    [sourceReady(6), deleted(90, 'mezzanine'), of('UploadByURLComplete', 95, { JobId: 'j' })],
  ],
  [9, 'the source was fetched, then deleted', [of('UploadByURLComplete', 6, { JobId: 'j' }), deleted(90, 'mezzanine')]],
  [
    10,
    'the source was deleted and uploaded again',
    [recorded(4), sourceReady(6), deleted(90, 'mezzanine'), sourceReady(95)],
  ],
  [
    10,
    'fetched after a failure',
    [of('UploadByURLComplete', 6, { JobId: 'j', ...fail }), of('UploadByURLComplete', 9, { JobId: 'k' })],
  ],
  [11, 'recording failed', [recorded(4, fail)]],
  [11, 'composing failed', [composeStart(4, fail)]],
  [11, 'producing failed', [of('ProduceMediaComplete', 4, fail)]],
  [11, 'composing began, and producing failed', [composeStart(4), of('ProduceMediaComplete', 9, fail)]],
  [11, 'the cloud refused our composition', [jobEvent('ComposeJobFailed', 6, 'token', { ErrorCode: 'E.1' })]],
  [11, 'fetching failed', [of('UploadByURLComplete', 4, { JobId: 'j', ...fail })]],
  [11, 'recorded, and its upload failed', [recorded(4), sourceReady(6, fail)]],
  [11, 'composing began, and its upload failed', [composeStart(4), sourceReady(9, fail)]],
  [11, 'produced, and its upload failed', [of('ProduceMediaComplete', 4), sourceReady(9, fail)]],
  [11, 'an upload of any origin failed', [sourceReady(6, fail)]],
  [11, 'recorded, its upload failed twice', [recorded(4), sourceReady(6, fail), sourceReady(9, fail)]],
  [12, 'recorded', [recorded(4)]],
  [12, 'recorded after a failure', [recorded(4, fail), recorded(9)]],
  [12, 'recorded, and a fetch failed', [recorded(4), of('UploadByURLComplete', 6, { JobId: 'j', ...fail })]],
  [12, 'recorded, and something unknown failed', [recorded(4), of('NotKnownYetComplete', 9, fail)]],
  [
    12,
    'recorded, and taking it away failed, which is told as a change of the media',
    [recorded(4), of('MediaBaseChangeComplete', 90, { MediaType: 'video', OperateMode: 'delete', ...fail })],
  ],
  [12, 'recorded, with a snapshot', [recorded(4), snapshot(9)]],
  [13, 'composing began', [composeStart(4)]],
  [
    13,
    'produced after a failure',
    [composeStart(4), of('ProduceMediaComplete', 9, fail), of('ProduceMediaComplete', 19)],
  ],
  [13, 'nothing but what the source is', [of('VideoAnalysisComplete', 9, { Size: '7' })]],
  [13, 'nothing but a snapshot', [snapshot(4)]],
  [13, 'the streams of a video that nobody knows were deleted', [deleted(4, 'stream', { JobIds: ['x'] })]],
];

const rows = tableIn('video-status.md', '| # | holds | status |');

describe('the status of a video', () => {
  it.each(histories)('row %i: %s', (number, _, bodies) => {
    const row = rows.find(([first]) => first === String(number));
    const promised = codeIn(row?.[2]);
    const errorCode = codeIn(row?.[2]?.split('errorCode')[1]);
    check(
      `row ${number} in any order`,
      fc.property(fc.shuffledSubarray([...bodies], { minLength: bodies.length }), (order) => {
        const { state } = run(order);
        expect(state?.status).toBe(promised);
        if (errorCode !== '') expect(state?.errorCode).toBe(errorCode);
      }),
      25,
    );
  });

  it.each(histories)('row %i where the source plays as it is: %s', (_number, _, bodies) => {
    const other = tableIn('video-status.md', '| status above | because | with `sourcePlays` |');
    const policies = bookOf([{ segments: { sourcePlays: true }, composed: { sourcePlays: true } }]);
    const plain = run(bodies).state;
    const state = run(bodies, { policies }).state;
    const isRow = ([status, because]: readonly string[]) =>
      codeIn(status) === plain?.status &&
      (because === '' || (plain.renditions.length > 0 && plain.errorCode !== 'AuditBlocked'));
    const changed = state?.sourcePlays && !state.sourceGone ? other.find(isRow) : undefined;
    expect(state?.status).toBe(changed === undefined ? plain?.status : codeIn(changed[2]));
    const since = [plain?.firstPlayableTime, state?.sourcePlays ? plain?.sourceReadyTime : null];
    const times = since.filter((time): time is number => time != null);
    expect(state?.firstPlayableTime).toBe(times.length === 0 ? null : Math.min(...times));
  });

  it('has a history for every row', () => {
    expect([...new Set(histories.map(([number]) => String(number)))]).toEqual(rows.map(([number]) => number));
  });
});

describe('which event wins', () => {
  const first = (field: string, ...bodies: readonly CallbackBody[]) =>
    [bodies, bodies.toReversed()].map((order) => (run(order).state as Record<string, unknown> | null)?.[field]);
  const ms = (seconds: number) => Date.parse(at(seconds));

  it.each<[string, unknown, readonly CallbackBody[]]>([
    [
      'recordedTime',
      ms(5),
      [recorded(4, fail), recorded(5), of('AddLiveRecordVideoComplete', 5, { Status: 'succeed' })],
    ],
    ['composeStartTime', ms(5), [composeStart(4, fail), composeStart(5)]],
    ['sourceReadyTime', ms(5), [sourceReady(4, fail), sourceReady(5), sourceReady(9)]],
    ['firstPlayableTime', ms(50), [streamTranscoded(40, badHd), streamTranscoded(50, ld), transcoded(60, [ld])]],
    ['transcodedTime', ms(60), [transcoded(55, [], { Status: 'fail' }), transcoded(60, [ld]), transcoded(70, [hd])]],
    [
      'coverUrl',
      'http://b/2',
      [
        snapshot(5, { CoverUrl: 'http://b/1' }),
        snapshot(9, { CoverUrl: 'http://b/2', SnapshotInfos: [] }),
        snapshot(11, { CoverUrl: '', SnapshotInfos: [{ JobId: 's3' }] }),
      ],
    ],
    ['sourceUrl', 'http://b/2', [sourceReady(5, { FileUrl: 'http://b/1' }), sourceReady(9, { FileUrl: 'http://b/2' })]],
    ['sizeBytes', 2, [sourceReady(5, { Size: 1 }), sourceReady(9, { Size: 2 })]],
  ])('%s is %j', (field, value, bodies) => {
    expect(first(field, ...bodies)).toEqual([value, value]);
  });
});
