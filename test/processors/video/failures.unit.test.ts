/** What an upload, an analysis or a workflow that failed says of the video (docs/video-status.md, cloud facts 1.4.3, 1.4.10, 1.4.15). */
import { describe, expect, it } from 'vitest';
import {
  type CallbackBody,
  composeStart,
  failedRendition,
  named,
  recorded,
  rendition,
  sourceReady,
  transcoded,
} from '../callbacks.ts';
import { run } from '../run-topology.ts';

const [ld, badLd] = [rendition('job-ld', 'LD'), failedRendition('job-ld', 'LD')];
const of = (type: string, seconds: number, more: object = {}) => named(type, seconds, { Status: 'success', ...more });

describe('what failed', () => {
  const told = { Status: 'fail', ErrorCode: 'InternalError', ErrorMessage: 'disk full' };
  const analysisFailed = of('VideoAnalysisComplete', 9, told);
  const shown = { errorCode: 'InternalError', errorMessage: 'disk full' };
  /** As the page has it: the activities as text, by name. */
  const activities = { Transcode: { Status: 'Failed' }, Audit: { Status: 'Fail' }, Snapshot: { Status: 'Succeed' } };
  const workflowRun = (TaskId: string, seconds: number, Status: string, more: object = {}) =>
    named('WorkflowTaskComplete', seconds, { TaskId, Status, ActivityResults: JSON.stringify(activities), ...more });
  const workflowFailed = workflowRun('t1', 30, 'Failed');
  const workflow = { errorCode: 'WorkflowFailed', errorMessage: 'failed: Audit, Transcode' };
  const hidden = { errorCode: null, errorMessage: null };

  it.each<[string, readonly CallbackBody[], object]>([
    ['the upload of a segment', [recorded(4), sourceReady(6, told)], { kind: 'SEGMENT', ...shown }],
    ['the upload of a film', [composeStart(4), sourceReady(6, told)], { kind: 'COMPOSED', ...shown }],
    ['any upload', [sourceReady(6, told)], { kind: 'UNKNOWN', ...shown }],
    ['an upload that worked later', [recorded(4), sourceReady(6, told), sourceReady(9)], hidden],
    ['an analysis', [recorded(4), sourceReady(6), analysisFailed], { status: 'SOURCE_READY', ...shown }],
    ['an analysis that worked later', [recorded(4), analysisFailed, of('VideoAnalysisComplete', 12)], hidden],
    ['an analysis, and it can be played', [recorded(4), analysisFailed, transcoded(60, [ld])], hidden],
    ['a workflow', [recorded(4), sourceReady(6), workflowFailed], { status: 'SOURCE_READY', ...workflow }],
    ['a workflow before its source is ready', [workflowFailed, recorded(4)], { status: 'RECORDED', ...workflow }],
    [
      'a workflow, and one that worked later',
      [sourceReady(6), workflowFailed, workflowRun('t2', 40, 'Succeed')],
      hidden,
    ],
    ['a workflow after one that worked', [sourceReady(6), workflowRun('t2', 20, 'Succeed'), workflowFailed], workflow],
    ['a workflow, and it can be played', [sourceReady(6), workflowFailed, transcoded(60, [ld])], hidden],
    [
      'a workflow, and the transcode in it',
      [sourceReady(6), workflowFailed, transcoded(20, [badLd], { Status: 'fail' })],
      { errorCode: badLd.ErrorCode, errorMessage: badLd.ErrorMessage },
    ],
    [
      'an analysis and a workflow: the workflow, which is more',
      [sourceReady(6), analysisFailed, workflowFailed],
      workflow,
    ],
    [
      'an analysis, and a workflow that worked',
      [sourceReady(6), analysisFailed, workflowRun('t1', 30, 'Succeed')],
      shown,
    ],
    [
      'a workflow that says itself why',
      [workflowRun('t1', 30, 'Failed', { ErrorCode: 'Busy', ErrorMessage: 'later' })],
      { errorCode: 'Busy', errorMessage: 'later' },
    ],
    [
      'a workflow that doesn’t say which activity',
      [workflowRun('t1', 30, 'Failed', { ActivityResults: '{}' })],
      { errorCode: 'WorkflowFailed', errorMessage: null },
    ],
    [
      'an analysis, and the transcode',
      [recorded(4), analysisFailed, transcoded(60, [badLd], { Status: 'fail' })],
      { errorCode: badLd.ErrorCode, errorMessage: badLd.ErrorMessage },
    ],
  ])('%s', (_, bodies, sees) => {
    for (const order of [bodies, bodies.toReversed()]) expect(run(order).state).toMatchObject(sees);
  });
});
