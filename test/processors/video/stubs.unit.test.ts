/**
 * States of earlier releases that kept the summary of a retired video, without its events (docs/video-status.md,
 * "Retirement"): the fewest events that say the same. What happened to the video is told first, and what it came to.
 */
import { describe, expect, it } from 'vitest';
import { eventsOf } from '../../../processors/video/events.ts';
import { eventsOfStub } from '../../../processors/video/stub.ts';
import { summaryOf } from '../../../processors/video/summary.ts';
import type { RetiredSummary, VideoState } from '../../../schemas/generated/VideoState.ts';
import {
  type CallbackBody,
  composeStart,
  failedRendition,
  jobEvent,
  named,
  recorded,
  rendition,
  snapshot,
  sourceReady,
  streamTranscoded,
  transcoded,
} from '../callbacks.ts';
import { throughTheLog } from '../encoding.ts';
import { run } from '../run-topology.ts';

const [ld, hd] = [rendition('ld', 'LD'), rendition('hd', 'HD')];
const bad = failedRendition('bad', 'SD');
const of = (type: string, seconds: number, more: object = {}) => named(type, seconds, { Status: 'success', ...more });
const fail = { Status: 'fail', ErrorCode: 'E.1', ErrorMessage: 'no' };
const machine = (Suggestion: string) => of('AIMediaAuditComplete', 70, { JobId: 'a', Data: { Suggestion } });
const person = (AuditStatus: string) => of('CreateAuditComplete', 80, { AuditStatus, Reason: 'why' });
const deleted = (DeleteType: string, more: object = {}) => of('DeleteMediaComplete', 90, { DeleteType, ...more });
const running = jobEvent('TranscodeJobAcknowledged', 65, 'token', { JobIds: ['other'] });
const noTimes = { RecordStartTime: null, RecordEndTime: null };
const ready = [recorded(4), sourceReady(6)];

/** As an earlier release would have kept it. */
function stubOf(bodies: readonly CallbackBody[]): { readonly stub: RetiredSummary; readonly state: VideoState } {
  const { state } = run(bodies, { headers: { region: 'cn-shanghai' } });
  if (state === null) throw new Error('no state');
  const audits = state.facts.filter(({ audit }) => audit !== null);
  const auditOf = (kind: string) => audits.findLast((fact) => fact.kind === kind)?.audit ?? null;
  const { kind, status, stream, recording, recordedTime, composeStartTime, sourceReadyTime } = state;
  const { firstPlayableTime, transcodedTime, deletedTime, coverUrl, sourceUrl, sourceGone, sizeBytes } = state;
  const { durationSeconds, errorCode, errorMessage, region } = state;
  const life = { kind, status, stream, recording, recordedTime, composeStartTime, sourceReadyTime };
  const results = { firstPlayableTime, transcodedTime, deletedTime, coverUrl, sourceUrl, sourceGone, sizeBytes };
  const verdicts = { machineAudit: auditOf('MACHINE_AUDIT'), manualAudit: auditOf('MANUAL_AUDIT') };
  const auditMessage = audits.find(({ audit }) => audit === 'BLOCKED')?.errorMessage ?? null;
  return {
    state,
    stub: { ...life, ...results, durationSeconds, errorCode, errorMessage, region, ...verdicts, auditMessage },
  };
}

const R = 'AddLiveRecordVideoComplete';
const C = 'LiveRecordVideoComposeStart';
const U = 'FileUploadComplete';
const A = 'VideoAnalysisComplete';
const S = 'StreamTranscodeComplete';
const T = 'TranscodeComplete';
const D = 'DeleteMediaComplete';
const J = 'TranscodeJobAcknowledged';

describe('the events of a video that had retired', () => {
  it.each<[string, readonly CallbackBody[], readonly string[]]>([
    ['recorded', [recorded(4)], [R]],
    ['recorded in vain', [recorded(4, fail)], [R]],
    ['recorded in vain, nobody knows when', [recorded(4, { ...fail, ...noTimes })], [R]],
    ['announced', [composeStart(4)], [C]],
    ['composed in vain', [composeStart(4, fail)], [C]],
    ['recorded, and composed', [recorded(4), composeStart(5), sourceReady(6)], [R, C, U]],
    ['recorded, nobody knows from when, and composed', [recorded(4, noTimes), composeStart(5)], [R, C]],
    ['recorded in vain, and composed', [recorded(4, fail), composeStart(5), sourceReady(6)], [R, C, U]],
    ['uploaded', [sourceReady(6)], [U]],
    ['fetched in vain', [of('UploadByURLComplete', 6, { JobId: 'u', ...fail })], ['UploadByURLComplete']],
    ['analysed', [sourceReady(6), of(A, 8, { Duration: 3, Size: 7 })], [U, A]],
    ['analysed without a source', [of(A, 8, { Size: 7 })], [A]],
    ['ready', [...ready, snapshot(9)], [R, U, 'SnapshotComplete']],
    ['playable', [...ready, streamTranscoded(50, ld)], [R, U, A, S]],
    ['playable, with a job that runs', [...ready, transcoded(60, [ld]), running], [R, U, A, S, J, T]],
    ['transcoded', [...ready, streamTranscoded(50, ld), transcoded(60, [ld, hd])], [R, U, A, S, T]],
    ['transcoded without a word on what', [...ready, transcoded(60, [])], [R, U, S, T]],
    ['transcoded in part', [...ready, transcoded(60, [ld, bad])], [R, U, A, S, T]],
    ['playable, nobody knows since when', [...ready, streamTranscoded(90 * 86_400, ld)], [R, U, A, S]],
    [
      'playable after a failure, nobody knows since when',
      [...ready, transcoded(60, [bad], fail), streamTranscoded(90 * 86_400, ld)],
      [R, U, A, J, T],
    ],
    ['being transcoded', [...ready, running], [R, U, J]],
    ['being transcoded again', [...ready, transcoded(60, [bad], fail), running], [R, U, J, T]],
    ['failed', [...ready, transcoded(60, [bad], fail)], [R, U, D, T]],
    [
      'with its streams deleted',
      [...ready, transcoded(60, [ld]), deleted('stream', { JobIds: 'ld' })],
      [R, U, S, D, T],
    ],
    [
      'with its streams deleted before all had ended',
      [...ready, streamTranscoded(50, ld), deleted('stream', { JobIds: 'ld' })],
      [R, U, S, D],
    ],
    [
      'with its streams deleted, and transcoded anew',
      [...ready, transcoded(60, [ld]), deleted('stream', { JobIds: 'ld' }), running],
      [R, U, S, D, J, T],
    ],
    ['with its source deleted', [...ready, deleted('mezzanine')], [R, U, D]],
    ['with its source deleted after all', [...ready, transcoded(60, [ld]), deleted('mezzanine')], [R, U, A, S, T, D]],
    ['deleted', [...ready, deleted('all')], [R, U, D]],
    ['deleted after it had failed', [...ready, transcoded(60, [bad], fail), deleted('all')], [R, U, D, T, D]],
    ['blocked by the machine', [...ready, machine('block')], [R, U, 'AIMediaAuditComplete']],
    [
      'blocked by the machine, not by a person',
      [...ready, machine('block'), person('Normal')],
      [R, U, 'AIMediaAuditComplete', 'CreateAuditComplete'],
    ],
    ['audited', [...ready, machine('pass'), person('Normal')], [R, U, 'AIMediaAuditComplete', 'CreateAuditComplete']],
    ['to be reviewed', [...ready, machine('review')], [R, U, 'AIMediaAuditComplete']],
    ['blocked', [...ready, person('Blocked')], [R, U, 'CreateAuditComplete']],
  ])('%s', (_, bodies, types) => {
    const { stub, state } = stubOf(bodies);
    const events = eventsOfStub(stub);
    const says = summaryOf(events.toSorted((a, b) => a.entry.eventTime - b.entry.eventTime));
    const { renditions: _all, errorCode: _code, errorMessage: _message, sourcePlays: _plays, ...same } = says;
    expect(state).toMatchObject(same);
    if (state.status === 'FAILED')
      expect(state).toMatchObject({ errorCode: says.errorCode, errorMessage: says.errorMessage });
    expect(events.map(({ entry }) => entry.eventType)).toEqual(types);
    expect(new Set(events.map(({ entry }) => entry.eventId)).size).toBe(events.length);
    for (const { entry, fact } of events) {
      expect(entry).toMatchObject({ receivedAt: 0, source: 'reconciler', jobId: null, implausible: [] });
      expect(fact.region).toBe('cn-shanghai');
      if (entry.status === 'success') expect(entry.errorCode).toBeNull();
    }
  });

  it('have ids that stay: the next event stores them', () => {
    const { stub } = stubOf([...ready, person('Blocked'), deleted('all')]);
    expect(eventsOfStub(stub).map(({ entry }) => entry.eventId)).toEqual([
      '08e6ad65b2a8e4f0c21114169a075bf6',
      '43d9d7801d2b6e13289ae3de157c5fc7',
      '66b8a04d65d051b870d53a6ec6b397d4',
      'da9b2f2e60ae84a93ebfe7b650743400',
    ]);
  });

  it.each<[string, readonly CallbackBody[], readonly string[]]>([
    ['one that was transcoded', [transcoded(60, [ld, hd])], ['kept SUCCESS']],
    ['one in part', [transcoded(60, [ld, bad])], ['kept SUCCESS', '(lost) FAIL']],
    ['one that failed', [transcoded(60, [bad], fail)], ['(lost) FAIL']],
    ['one with a job that runs', [running], ['lost SUBMITTED']],
  ])('name what stands for its renditions: of %s', (_, bodies, shown) => {
    const { renditions } = summaryOf(eventsOfStub(stubOf([...ready, ...bodies]).stub));
    const names = renditions.map(({ jobId, definition, status }) => `${jobId ?? `(${definition})`} ${status}`);
    expect(names.toSorted()).toEqual(shown.toSorted());
  });

  it.each<[string, readonly CallbackBody[], string]>([
    ['failed', [transcoded(60, [bad], fail)], 'fail'],
    ['did not', [transcoded(60, [ld])], 'success'],
    ['did not, while another job ran', [transcoded(60, [ld]), running], 'success'],
  ])('say of a transcode that %s', (_, bodies, status) => {
    const summed = eventsOfStub(stubOf([...ready, ...bodies]).stub).filter(({ entry }) => entry.eventType === T);
    expect(summed.map(({ entry }) => entry.status)).toEqual([status]);
  });

  it('stand among those that came since, in the order of the timeline', () => {
    const { stub } = stubOf([...ready, transcoded(60, [ld])]);
    const since = run([snapshot(30)]).state;
    if (since === null) throw new Error('no state');
    const events = eventsOf({ ...throughTheLog(since), retiredSummary: stub });
    const times = events.map(({ entry }) => entry.eventTime);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(events.map(({ entry }) => entry.eventType)).toEqual(expect.arrayContaining([R, 'SnapshotComplete', T]));
  });
});
