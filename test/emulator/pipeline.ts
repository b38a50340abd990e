import { demoPolicies } from '../../cli/demo/configuration.ts';
import type { Emulator } from '../../emulator/index.ts';
import { policyBook, readPolicies } from '../../processors/policy/index.ts';
import { sessionTopology } from '../../processors/session/index.ts';
import type { Emission, Topology } from '../../processors/topology.ts';
import { videoTopology } from '../../processors/video/index.ts';
import type { SessionState } from '../../schemas/generated/SessionState.ts';
import type { TranscodeJob } from '../../schemas/generated/TranscodeJob.ts';
import type { VideoState } from '../../schemas/generated/VideoState.ts';
import type { PoliciesInput } from '../../schemas/policies.ts';
import { call } from './api/caller.ts';

/** The two processors in a plain loop over maps, with a job runner that asks the emulator once. */
export function plainPipeline(rules: PoliciesInput = demoPolicies()) {
  const read = readPolicies(rules);
  if (!read.ok) throw new Error('these policies are not valid');
  const policies = policyBook(read.rules);
  const videoStep = stepper(videoTopology({ policies }));
  const sessionStep = stepper(sessionTopology({ policies }));
  const sessions = new Map<string, SessionState>();
  const jobs: TranscodeJob[] = [];

  const publish = (emissions: readonly Emission[]) => {
    for (const { topic, key, value } of emissions) {
      if (topic === 'stream-facts') publish(sessionStep.take(key, value, {}));
      if (topic === 'transcode-jobs') jobs.push(value as TranscodeJob);
      if (topic !== 'session-state') continue;
      if (value === null) sessions.delete(key);
      else sessions.set(key, value as SessionState);
    }
  };
  const take = (body: Record<string, unknown>, source: string) => {
    const bytes = Buffer.from(JSON.stringify(body));
    publish(videoStep.take(String(body.VideoId ?? body.MediaId), bytes, { source, 'received-at': String(Date.now()) }));
  };
  return {
    videos: videoStep.states as ReadonlyMap<string, VideoState>,
    sessions: sessions as ReadonlyMap<string, SessionState>,
    callback: (body: Record<string, unknown>) => take(body, 'http'),
    /** What a role of the test's own says. */
    tell: (body: Record<string, unknown>, source: 'job-runner' | 'reconciler' = 'job-runner') => take(body, source),
    /** The jobs planned since the last time, for such a runner. */
    takeJobs: (): readonly TranscodeJob[] => jobs.splice(0),
    /** Submits the jobs planned since the last time, and tells the processors. */
    async runJobs(emulator: Emulator): Promise<void> {
      for (const { videoId: VideoId, templateGroupId, token } of jobs.splice(0)) {
        const params = { VideoId, TemplateGroupId: templateGroupId, SessionId: token };
        const { body: answer } = await call(emulator.url, 'SubmitTranscodeJobs', params);
        const rows = (answer.TranscodeJobs as { TranscodeJob: { JobId: string }[] }).TranscodeJob;
        const EventTime = new Date().toISOString().replace(/\.\d+Z/, 'Z');
        const JobIds = rows.map(({ JobId }) => JobId);
        const done = { VideoId, EventTime, Token: token, Attempt: 1, TranscodeTaskId: answer.TranscodeTaskId, JobIds };
        take({ EventType: 'TranscodeJobAcknowledged', ...done }, 'job-runner');
      }
    },
    /** Lets all waiting times of the sessions pass that have passed by the wall clock. */
    settle(): void {
      for (const emissions of sessionStep.fireAll()) publish(emissions);
    },
  };
}

function stepper<S>(topology: Topology<S>) {
  const states = new Map<string, S>();
  const keep = (key: string, state: S | null) => {
    if (state === null) states.delete(key);
    else states.set(key, state);
  };
  return {
    states,
    take(key: string, value: unknown, headers: Record<string, string>): readonly Emission[] {
      const nowMs = Date.now();
      const outcome = topology.step(states.get(key) ?? null, { key, value, headers, timestampMs: nowMs }, { nowMs });
      if (outcome.kind === 'dead-letter') throw new Error(`${topology.name}: ${outcome.reason}: ${outcome.error}`);
      if (outcome.kind !== 'next') return [];
      keep(key, outcome.state);
      return outcome.emit;
    },
    fireAll(): (readonly Emission[])[] {
      const nowMs = Date.now();
      const fired: (readonly Emission[])[] = [];
      for (const key of [...states.keys()]) {
        for (let state = states.get(key); state !== undefined; state = states.get(key)) {
          const due = topology.timer?.dueAtMs(state) ?? null;
          if (due === null || due > nowMs) break;
          const outcome = topology.timer?.fire(key, state, { nowMs });
          if (outcome?.kind !== 'next') break;
          keep(key, outcome.state);
          fired.push(outcome.emit);
        }
      }
      return fired;
    },
  };
}
