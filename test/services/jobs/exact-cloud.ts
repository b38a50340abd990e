import { CloudFault, type FaultKind, type Transcoding } from '../../../connectors/vod/index.ts';
import type { CrashPoint } from './crash-world.ts';

/**
 * VOD's transcoding as cloud facts 3.1 tells it, in memory: remembers every SessionId, refuses a repeat, bills every
 * task. Faults are drawn from `random`; each is either before the work was done or after it.
 */
export type ExactCloud = {
  /** Video ids in the order in which tasks were started: what would be billed. */
  readonly started: readonly string[];
  asSeenBy(crashPoint: CrashPoint): Transcoding;
};

export function exactCloud(random: () => number, nowMs: () => number, faultRate: number): ExactCloud {
  const started: string[] = [];
  const sessions = new Map<
    string,
    { readonly videoId: string; readonly taskId: string; readonly createdAtMs: number }
  >();
  const groups = new Map<string, string>();

  function trouble(action: string, kinds: readonly FaultKind[]): void {
    if (random() >= faultRate) return;
    const kind = kinds[Math.floor(random() * kinds.length)] ?? 'retryable';
    throw new CloudFault({ kind, code: `Scripted.${kind}`, action, message: 'as scripted' });
  }

  return {
    started,
    asSeenBy: (crashPoint) => ({
      async submitTranscodeJobs({ videoId, sessionId, templateGroupId }) {
        await crashPoint();
        trouble('SubmitTranscodeJobs', ['throttled', 'retryable', 'lagging', 'ambiguous']);
        if (sessions.has(sessionId)) {
          throw new CloudFault({ kind: 'terminal', code: 'Nobody.Knows', action: 'SubmitTranscodeJobs', message: '' });
        }
        const taskId = `task-${started.length}`;
        started.push(videoId);
        sessions.set(sessionId, { videoId, taskId, createdAtMs: Math.floor(nowMs() / 1000) * 1000 });
        groups.set(taskId, templateGroupId);
        await crashPoint();
        trouble('SubmitTranscodeJobs', ['ambiguous']);
        return { taskId, jobIds: [`job-of-${taskId}`] };
      },
      async listTranscodeTask({ videoId }) {
        await crashPoint();
        trouble('ListTranscodeTask', ['throttled', 'retryable']);
        const rows = [...sessions.values()]
          .filter((task) => task.videoId === videoId)
          .map((task) => ({
            ...task,
            templateGroupId: groups.get(task.taskId) ?? null,
            trigger: 'Manual',
            outcome: 'processing' as const,
            completedAtMs: null,
          }));
        return { rows, odd: [] };
      },
      async getTranscodeTask({ taskId }) {
        await crashPoint();
        trouble('GetTranscodeTask', ['throttled', 'retryable']);
        const job = {
          jobId: `job-of-${taskId}`,
          status: null,
          definition: null,
          format: null,
          outputUrl: null,
          bitrateKbps: null,
          fps: null,
          width: null,
          height: null,
          durationSeconds: null,
          sizeBytes: null,
          encrypted: null,
          createdAtMs: null,
          completedAtMs: null,
          errorCode: null,
          errorMessage: null,
        };
        return {
          taskId,
          videoId: null,
          templateGroupId: null,
          trigger: 'Manual',
          outcome: 'processing',
          createdAtMs: null,
          completedAtMs: null,
          jobs: [job],
          odd: [],
        };
      },
    }),
  };
}
