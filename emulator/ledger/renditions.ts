import type { Rendition } from '../../schemas/generated/VideoState.ts';
import type { CloudVideo } from '../cloud/video.ts';
import type { TranscodeJobPlan } from '../scenario/fact.ts';

/** One output as VideoState's `renditions` has it. */
export type LedgerRendition = Rendition & { readonly jobId: string };

type Told = { readonly rendition: LedgerRendition; readonly taskId: string };

/**
 * The outputs that events have told so far, ordered by jobId. Start and finish are known once TranscodeComplete has come, which alone carries them. An output gives way to a later task's of
 * the same definition and format, unless the later one failed where the earlier one hadn't.
 */
export function renditionsOf(video: CloudVideo): LedgerRendition[] {
  const told = new Map<string, Told>();
  for (const { fact } of video.occurred) {
    if (fact.kind === 'stream-transcoded') tell(told, fact.job, fact.task.taskId, false);
    if (fact.kind !== 'transcoded') continue;
    for (const job of fact.task.jobs) tell(told, job, fact.task.taskId, true);
  }
  const order = new Map(video.tasks.map(({ task }, index) => [task.taskId, index]));
  const age = (one: Told) => order.get(one.taskId) ?? 0;
  const all = [...told.values()].sort((a, b) => (a.rendition.jobId < b.rendition.jobId ? -1 : 1));
  return all.map((one) => {
    const superseded = all.some((other) => age(other) > age(one) && replaces(other.rendition, one.rendition));
    return { ...one.rendition, superseded };
  });
}

function tell(told: Map<string, Told>, job: TranscodeJobPlan, taskId: string, timed: boolean): void {
  const known = told.get(job.jobId);
  const knownTimes = known !== undefined && known.rendition.startTime !== null;
  told.set(job.jobId, {
    rendition: rendition(job, timed || knownTimes),
    taskId,
  });
}

function replaces(later: Rendition, earlier: Rendition): boolean {
  const sameOutput = later.definition === earlier.definition && later.format === earlier.format;
  return sameOutput && (later.status === 'SUCCESS' || earlier.status === 'FAIL');
}

function rendition(job: TranscodeJobPlan, timed: boolean): LedgerRendition {
  const good = job.status === 'success';
  return {
    jobId: job.jobId,
    definition: job.definition,
    format: job.format,
    status: good ? 'SUCCESS' : 'FAIL',
    fileUrl: good ? job.fileUrl : null,
    bitrateKbps: good ? job.bitrateKbps : null,
    fps: good ? job.fps : null,
    width: good ? job.width : null,
    height: good ? job.height : null,
    durationSeconds: good ? job.durationSeconds : null,
    sizeBytes: good ? job.sizeBytes : null,
    encrypted: good ? job.encryption !== undefined : null,
    startTime: timed ? job.startMs : null,
    finishTime: timed ? job.finishMs : null,
    errorCode: job.errorCode,
    errorMessage: job.errorMessage,
    audioOnly: false,
    superseded: false,
  };
}
