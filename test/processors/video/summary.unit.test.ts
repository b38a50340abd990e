/** What the public fields of a video say, by the rules of docs/video-status.md: kind, audit, and which event wins. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { check } from '../../support/property.ts';
import {
  at,
  atMs,
  type CallbackBody,
  jobEvent,
  named,
  recorded,
  rendition,
  snapshot,
  sourceReady,
  stream,
  streamTranscoded,
  transcoded,
} from '../callbacks.ts';
import { run } from '../run-topology.ts';

const names = { domainName: 'play.example.com', appName: 'live', streamName: 'room-42' };

describe('what a video says of itself', () => {
  const observed = (seconds: number, more: object) =>
    named('ReconcilerObservation', seconds, { Status: 'success', ...more });
  const deleted = (seconds: number, DeleteType: string, more: object = {}) =>
    named('DeleteMediaComplete', seconds, { DeleteType, Status: 'success', ...more });
  const analysed = (seconds: number, more: object) =>
    named('VideoAnalysisComplete', seconds, { Status: 'success', ...more });
  const fetched = (seconds: number, more: object = {}) =>
    named('UploadByURLComplete', seconds, { Status: 'success', JobId: `u${seconds}`, ...more });
  const produced = (seconds: number, Status: string) =>
    named('ProduceMediaComplete', seconds, { Status, ErrorCode: 'E.Produce', ErrorMessage: 'no' });
  const machine = (seconds: number, Suggestion: string) =>
    named('AIMediaAuditComplete', seconds, { Status: 'success', JobId: `a${seconds}`, Data: { Suggestion } });
  const person = (seconds: number, AuditStatus: string, Reason = 'why') =>
    named('CreateAuditComplete', seconds, { Status: 'success', AuditStatus, Reason });
  const ld = (more: object = {}) => rendition('ld', 'LD', more);
  const bad = (jobId: string, label: string, code: string) => ({
    JobId: jobId,
    Definition: label,
    Format: 'mp4',
    Status: 'fail',
    ErrorCode: code,
    ErrorMessage: `${code}!`,
  });
  const fail = { Status: 'fail', ErrorCode: 'E.1', ErrorMessage: 'first' };
  const far = 90 * 86_400;
  const found = { RecordStartTime: at(-60), RecordEndTime: at(0) };
  const composing = (what: string) => jobEvent(`ComposeJob${what}`, 9, 't', stream);

  it.each<[string, unknown, readonly CallbackBody[]]>([
    // docs/video-status.md, "Kind".
    ['kind', 'COMPOSED', [named('LiveRecordVideoComposeStart', 3, fail), sourceReady(6)]],
    ['kind', 'SEGMENT', [named('LiveRecordVideoComposeStart', 3, fail), recorded(4), sourceReady(6)]],
    ['kind', 'COMPOSED', [composing('Acknowledged'), recorded(4)]],
    ['kind', 'COMPOSED', [composing('Failed'), sourceReady(4)]],
    ['kind', 'COMPOSED', [composing('InDoubt'), sourceReady(4)]],
    ['kind', 'SEGMENT', [recorded(4, fail), sourceReady(6)]],
    ['kind', 'SEGMENT', [observed(4, found), sourceReady(6)]],
    ['kind', 'UPLOAD', [sourceReady(6)]],
    ['kind', 'UPLOAD', [observed(6, { Size: 1 })]],
    ['kind', 'UPLOAD', [observed(6, { FileUrl: 'http://b/x' })]],
    ['kind', 'UPLOAD', [fetched(6, fail)]],
    ['kind', 'UNKNOWN', [sourceReady(6, fail), snapshot(9), observed(9, { CoverUrl: 'http://b/c' })]],

    // "Which event wins": the earliest that tells a stream or a recording.
    [
      'stream',
      { ...names, streamName: 'a' },
      [recorded(4, { ...fail, StreamName: 'a' }), recorded(5, { StreamName: 'b' })],
    ],
    [
      'stream',
      { ...names, streamName: 'a' },
      [
        observed(1, { ...stream, StreamName: 'b' }),
        named('LiveRecordVideoComposeStart', 9, { ...stream, StreamName: 'a' }),
      ],
    ],
    ['stream', names, [observed(1, stream)]],
    ['stream', names, [composing('InDoubt')]],
    ['stream', names, [composing('Acknowledged')]],
    [
      'recording',
      { startTime: atMs(-60), endTime: atMs(0) },
      [observed(1, { ...found, RecordEndTime: at(-1) }), observed(2, found)],
    ],
    [
      'recording',
      { startTime: atMs(1), endTime: atMs(2) },
      [observed(1, found), recorded(9, { RecordStartTime: at(1), RecordEndTime: at(2) })],
    ],
    ['recording', { startTime: atMs(-60), endTime: atMs(0) }, [recorded(4, { ...fail, ...found }), recorded(9)]],

    // The earliest success.
    ['recordedTime', atMs(9), [recorded(4, fail), recorded(9)]],
    ['recordedTime', null, [recorded(4, fail), observed(5, found)]],
    ['composeStartTime', atMs(9), [composing('Acknowledged'), recorded(4)]],
    [
      'composeStartTime',
      atMs(30),
      [composing('Acknowledged'), named('LiveRecordVideoComposeStart', 30, { Status: 'success' })],
    ],
    ['composeStartTime', null, [named('LiveRecordVideoComposeStart', 30, fail), composing('Failed')]],
    ['sourceReadyTime', atMs(9), [fetched(4), sourceReady(9), sourceReady(12)]],
    ['sourceReadyTime', atMs(9), [fetched(9), fetched(12), fetched(4, fail)]],
    ['sourceReadyTime', atMs(5), [observed(4, { Size: 1 }), observed(5, { FileUrl: 'http://b/x' }), observed(6, {})]],
    ['sourceReadyTime', atMs(9), [observed(4, { Size: 1 }), sourceReady(9)]],
    ['sourceReadyTime', null, [sourceReady(far)]],
    [
      'firstPlayableTime',
      atMs(60),
      [transcoded(60, [bad('hd', 'HD', 'E'), ld()]), transcoded(50, [bad('sd', 'SD', 'E')])],
    ],
    ['firstPlayableTime', atMs(70), [transcoded(60, [ld()]), named('StreamTranscodeComplete', 70, ld())]],
    ['firstPlayableTime', atMs(60), [transcoded(60, [])]],
    ['firstPlayableTime', null, [transcoded(60, [], fail)]],
    [
      'firstPlayableTime',
      atMs(8),
      [
        observed(9, { StreamInfos: [ld()] }),
        observed(8, { StreamInfos: [ld(), bad('hd', 'HD', 'E')] }),
        observed(7, { StreamInfos: [bad('hd', 'HD', 'E')] }),
      ],
    ],
    ['firstPlayableTime', null, [observed(far, { StreamInfos: [ld()] })]],
    [
      'transcodedTime',
      atMs(70),
      [transcoded(60, [], fail), transcoded(70, [ld()]), transcoded(80, [ld(), bad('hd', 'HD', 'E')])],
    ],
    ['transcodedTime', atMs(60), [transcoded(60, [], fail), transcoded(65, [bad('hd', 'HD', 'E')], fail)]],
    [
      'deletedTime',
      atMs(80),
      [deleted(70, 'all', fail), deleted(75, 'mezzanine'), deleted(80, 'all'), deleted(90, 'all')],
    ],

    // The latest that told one.
    [
      'coverUrl',
      'http://c/2',
      [
        snapshot(5, { CoverUrl: 'http://c/1', SnapshotInfos: [] }),
        snapshot(9, { CoverUrl: 'http://c/2' }),
        snapshot(11, { ...fail, CoverUrl: 'http://c/3', SnapshotInfos: [] }),
      ],
    ],
    [
      'coverUrl',
      'http://c/9',
      [
        snapshot(5, { CoverUrl: 'http://c/1' }),
        named('MediaBaseChangeComplete', 9, { MediaContent: { CoverURL: { NewValue: 'http://c/9' } } }),
        named('MediaBaseChangeComplete', 10),
      ],
    ],
    ['coverUrl', 'http://c/1', [snapshot(5, { CoverUrl: 'http://c/1' }), observed(9, { CoverUrl: 'http://c/o' })]],
    ['coverUrl', 'http://c/p', [observed(9, { CoverUrl: 'http://c/p' }), observed(8, { CoverUrl: 'http://c/o' })]],
    [
      'sourceUrl',
      'http://b/1',
      [
        sourceReady(5, { FileUrl: 'http://b/1' }),
        sourceReady(9, { FileUrl: undefined }),
        observed(10, { FileUrl: 'http://b/o' }),
      ],
    ],
    ['sourceUrl', null, [sourceReady(5), deleted(9, 'mezzanine')]],
    ['sourceGone', true, [sourceReady(5), deleted(5, 'mezzanine')]],
    ['sourceGone', false, [sourceReady(5), deleted(9, 'mezzanine'), sourceReady(10)]],
    ['sourceGone', false, [sourceReady(5), deleted(9, 'mezzanine', fail), deleted(10, 'stream')]],
    ['sourceGone', false, [deleted(3, 'mezzanine'), deleted(4, 'mezzanine'), sourceReady(5)]],
    [
      'sizeBytes',
      2,
      [
        sourceReady(5, { Size: 1 }),
        sourceReady(9, { Size: 2 }),
        sourceReady(10, { Size: undefined }),
        analysed(20, { Size: 3 }),
      ],
    ],
    [
      'sizeBytes',
      4,
      [analysed(20, { Size: 3 }), analysed(21, { Size: 4 }), analysed(22, {}), analysed(23, { ...fail, Size: 5 })],
    ],
    ['sizeBytes', 3, [fetched(4, { Size: 9 }), fetched(5, { Size: 8 }), analysed(20, { Size: 3 })]],
    ['sizeBytes', 9, [fetched(4, { Size: 9 }), fetched(5, { Size: 8 }), observed(6, { Size: 7 })]],
    [
      'durationSeconds',
      5,
      [analysed(20, { Duration: 4 }), analysed(21, { Duration: 5 }), analysed(22, {}), transcoded(30, [ld()])],
    ],
    [
      'durationSeconds',
      9,
      [
        transcoded(30, [
          ld({ Duration: 7 }),
          rendition('sd', 'SD', { Duration: 9 }),
          rendition('hd', 'HD', { Duration: 8 }),
          { ...bad('x', 'X', 'E'), Duration: 99 },
        ]),
      ],
    ],
    ['durationSeconds', 7, [transcoded(30, [ld({ Duration: 7 }), rendition('hd', 'HD', { Duration: 5 })])]],
    ['durationSeconds', 7, [transcoded(30, [ld({ Duration: 5 }), rendition('xd', 'HD', { Duration: 7 })])]],
    ['durationSeconds', null, [transcoded(30, [ld({ Duration: undefined })])]],
    ['durationSeconds', 3, [observed(6, { Duration: 3 }), transcoded(30, [ld()])]],

    // "Audit": a person's verdict, else the machine's; the latest of each.
    ['auditStatus', 'PASS', [machine(5, 'block'), machine(6, 'pass'), machine(7, '')]],
    ['auditStatus', 'REVIEW', [machine(5, 'block'), machine(6, 'review'), { ...machine(7, 'pass'), Status: 'fail' }]],
    ['auditStatus', 'BLOCKED', [person(5, 'Normal'), person(6, 'Blocked'), person(7, '?'), machine(9, 'pass')]],
    ['errorMessage', 'late', [person(5, 'Blocked', 'early'), person(6, 'Blocked', 'late'), person(4, 'Normal', 'n')]],
    ['errorMessage', null, [machine(5, 'block')]],

    // Why it failed: what stands, and the first of that.
    ['errorCode', 'AuditBlocked', [machine(5, 'block'), recorded(4, fail)]],
    ['errorCode', 'E.Hd', [transcoded(60, [ld(), bad('hd', 'HD', 'E.Hd')])]],
    ['errorMessage', 'E.Hd!', [transcoded(60, [ld(), bad('hd', 'HD', 'E.Hd')])]],
    [
      'errorCode',
      'E.Sd',
      [
        transcoded(60, [bad('hd', 'HD', 'E.Hd'), ld()]),
        transcoded(70, [rendition('hd2', 'HD'), bad('sd', 'SD', 'E.Sd')]),
      ],
    ],
    ['errorCode', 'E.A', [transcoded(60, [bad('b', 'LD', 'E.B'), bad('a', 'HD', 'E.A')])]],
    ['errorCode', null, [transcoded(60, [ld()]), recorded(4, fail)]],
    [
      'errorCode',
      'E.1',
      [
        transcoded(60, [], fail),
        transcoded(70, [], { ...fail, ErrorCode: 'E.2' }),
        recorded(4, { ...fail, ErrorCode: 'E.0' }),
      ],
    ],
    ['errorMessage', 'first', [recorded(4, fail), recorded(5, { ...fail, ErrorMessage: 'second' })]],
    ['errorCode', 'E.Produce', [named('LiveRecordVideoComposeStart', 3, { Status: 'success' }), produced(5, 'fail')]],
    [
      'errorCode',
      null,
      [named('LiveRecordVideoComposeStart', 3, { Status: 'success' }), produced(5, 'fail'), produced(6, 'success')],
    ],
    ['errorCode', 'E.1', [observed(5, { ...fail })]],
    ['errorCode', 'E.3', [observed(5, { ...fail }), observed(6, { ...fail, ErrorCode: 'E.3' })]],
    ['errorCode', 'E.2', [observed(5, { ...fail }), recorded(6, { ...fail, ErrorCode: 'E.2' })]],
  ])('%s is %j', (field, value, bodies) => {
    for (const order of [bodies, bodies.toReversed()])
      expect((run(order).state as Record<string, unknown> | null)?.[field]).toEqual(value);
  });
});

describe('the timeline', () => {
  // EventTime has whole seconds, so ties are common.
  it('is in order of time, in one second of cause, and then of id', () => {
    const inOrder = [
      named('DeleteMediaComplete', 4, { DeleteType: 'mezzanine' }),
      recorded(5),
      named('LiveRecordVideoComposeStart', 5),
      sourceReady(5),
      named('VideoAnalysisComplete', 5),
      jobEvent('TranscodeJobSubmitted', 5, 't'),
      jobEvent('TranscodeJobAcknowledged', 5, 't'),
      streamTranscoded(5, rendition('j', 'LD')),
      transcoded(5, [rendition('j', 'LD')]),
      named('DeleteMediaComplete', 5, { DeleteType: 'stream' }),
      snapshot(6),
    ];
    const unknown = Array.from({ length: 4 }, (_, n) => named('NotKnownYetComplete', 7, { n }));
    const all = [...inOrder, ...unknown];
    check(
      'one timeline in any order',
      fc.property(fc.shuffledSubarray([...all], { minLength: all.length }), (order) => {
        const timeline = run(order).state?.timeline ?? [];
        expect(timeline.map((entry) => entry.eventType)).toEqual(all.map((body) => body.EventType));
        const ids = timeline.slice(inOrder.length).map((entry) => entry.eventId);
        expect(ids).toEqual(ids.toSorted((a, b) => (a < b ? -1 : 1)));
      }),
      20,
    );
  });
});
