/** When the policy has a transcode started, and when not (docs/video-status.md, The job ledger). */
import { describe, expect, it } from 'vitest';
import { tokenOf } from '../../../processors/video/index.ts';
import { type CallbackBody, jobEvent, named, recorded, sourceReady, videoId } from '../callbacks.ts';
import { bookOf, run, templateGroupId } from '../run-topology.ts';

const token = tokenOf(videoId, 'SEGMENT', 0);
const fail = { Status: 'fail', ErrorCode: 'E.1' };
const deleted = (seconds: number, DeleteType: string) =>
  named('DeleteMediaComplete', seconds, { Status: 'success', DeleteType });
const byPerson = (seconds: number, AuditStatus: string, more: object = {}) =>
  named('CreateAuditComplete', seconds, { Status: 'success', AuditStatus, ...more });
const acknowledged = (seconds: number, ...JobIds: readonly string[]) =>
  jobEvent('TranscodeJobAcknowledged', seconds, token, { JobIds });
const submitted = jobEvent('TranscodeJobSubmitted', 9, token, { Attempt: 1 });
const ready = [recorded(4), sourceReady(6)];

describe('whether anything is started', () => {
  const started = (bodies: readonly CallbackBody[], now = 0) =>
    run(bodies, {
      policies: bookOf([{ segments: { transcode: 'pipeline', templateGroupId }, maxActAgeSeconds: 600 }]),
      now,
    }).jobs.length;

  it.each<[string, readonly CallbackBody[], number]>([
    ['ready', ready, 1],
    ['in the other order', ready.toReversed(), 1],
    ['not ready', [recorded(4)], 0],
    ['not known to be recorded', [sourceReady(6)], 0],
    ['recording failed', [recorded(4, fail), sourceReady(6)], 0],
    ['deleted', [recorded(4), deleted(5, 'all'), sourceReady(6)], 0],
    ['its source deleted', [recorded(4), sourceReady(5), deleted(6, 'mezzanine')].toReversed(), 0],
    ['blocked', [recorded(4), byPerson(5, 'Blocked'), sourceReady(6)], 0],
    [
      'blocked, and an audit that failed says normal',
      [byPerson(3, 'Blocked'), byPerson(5, 'Normal', fail), ...ready],
      0,
    ],
    ['the job already spoken of', [acknowledged(9, 'job-ld'), ...ready], 0],
    ['an attempt already spoken of', [submitted, ...ready], 0],
  ])('%s', (_, bodies, jobs) => {
    expect(started(bodies)).toBe(jobs);
  });

  it('is bounded by age, to the second', () => {
    expect(started(ready, 606)).toBe(1);
    expect(started(ready, 607)).toBe(0);
    expect(started([recorded(1000), sourceReady(6)], 1600)).toBe(1);
    expect(started([recorded(1000), sourceReady(6)], 1601)).toBe(0);
    expect(started([recorded(4), byPerson(5, 'Blocked'), sourceReady(6), byPerson(1000, 'Normal')], 1600)).toBe(1);
    expect(started([recorded(4), byPerson(5, 'Blocked'), sourceReady(6), byPerson(1000, 'Normal')], 1601)).toBe(0);
  });
});
