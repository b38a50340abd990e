import { demoPolicies } from '../../cli/demo/configuration.ts';
import type { Emulator } from '../../emulator/index.ts';
import { policyBook, readPolicies } from '../../processors/policy/index.ts';
import { sessionTopology } from '../../processors/session/index.ts';
import type { Emission, Topology } from '../../processors/topology.ts';
import { orderOf, videoTopology } from '../../processors/video/index.ts';
import type { ComposeJob } from '../../schemas/generated/ComposeJob.ts';
import type { SessionState } from '../../schemas/generated/SessionState.ts';
import type { TranscodeJob } from '../../schemas/generated/TranscodeJob.ts';
import type { VideoState } from '../../schemas/generated/VideoState.ts';
import type { PoliciesInput } from '../../schemas/policies.ts';
import { call } from './api/caller.ts';

/** A record of `session-state`, and when it was said. */
export type Said = { readonly atMs: number; readonly sessionId: string; readonly session: SessionState | null };

/**
 * The two processors in a plain loop over maps, with a job runner that asks the emulator once.
 * @param now the wall clock, epoch ms
 */
export function plainPipeline(rules: PoliciesInput = demoPolicies(), now: () => number = Date.now) {
  const read = readPolicies(rules);
  if (!read.ok) throw new Error('these policies are not valid');
  const policies = policyBook(read.rules);
  const videoStep = stepper(videoTopology({ policies }), now);
  const sessionStep = stepper(sessionTopology({ policies }), now);
  const sessions = new Map<string, SessionState>();
  const jobs: TranscodeJob[] = [];
  const productions: ComposeJob[] = [];
  const said: Said[] = [];
  const planned: { readonly transcodes: TranscodeJob[]; readonly productions: ComposeJob[] } = {
    transcodes: [],
    productions: [],
  };

  const cloudTime = () => new Date(now()).toISOString().replace(/\.\d+Z/, 'Z');

  const publish = (emissions: readonly Emission[]) => {
    for (const { topic, key, value } of emissions) {
      if (topic === 'stream-facts') publish(sessionStep.take(key, value, {}));
      if (topic === 'transcode-jobs') {
        jobs.push(value as TranscodeJob);
        planned.transcodes.push(value as TranscodeJob);
      }
      if (topic === 'compose-jobs') {
        productions.push(value as ComposeJob);
        planned.productions.push(value as ComposeJob);
      }
      if (topic !== 'session-state') continue;
      said.push({ atMs: now(), sessionId: key, session: value as SessionState | null });
      if (value === null) sessions.delete(key);
      else sessions.set(key, value as SessionState);
    }
  };
  const take = (body: Record<string, unknown>, source: string, region?: string) => {
    const bytes = Buffer.from(JSON.stringify(body));
    const headers = { source, 'received-at': String(now()), ...(region === undefined ? {} : { region }) };
    publish(videoStep.take(String(body.VideoId ?? body.MediaId), bytes, headers));
  };
  return {
    videos: videoStep.states as ReadonlyMap<string, VideoState>,
    sessions: sessions as ReadonlyMap<string, SessionState>,
    /** Every record of `session-state` so far, in order. */
    said: said as readonly Said[],
    /** Every command so far. */
    planned: planned as { readonly transcodes: readonly TranscodeJob[]; readonly productions: readonly ComposeJob[] },
    callback: (body: Record<string, unknown>, region?: string) => take(body, 'http', region),
    /** What a role of the test's own says. */
    tell: (body: Record<string, unknown>, source: 'job-runner' | 'reconciler' | 'operator' = 'job-runner') =>
      take(body, source),
    /** The jobs planned since the last time, for such a runner. */
    takeJobs: (): readonly TranscodeJob[] => jobs.splice(0),
    /** Submits the transcodes and compositions planned since the last time, and tells the processors. */
    async runJobs(emulator: Emulator): Promise<void> {
      for (const job of jobs.splice(0)) {
        const order = orderOf(job);
        if (order.kind !== 'TRANSCODE') throw new Error(`${order.kind} isn't played here`);
        const { videoId: VideoId, token } = job;
        const params = { Timestamp: cloudTime(), VideoId, TemplateGroupId: order.templateGroupId, SessionId: token };
        const { body: answer } = await call(emulator.url, 'SubmitTranscodeJobs', params);
        const rows = (answer.TranscodeJobs as { TranscodeJob: { JobId: string }[] }).TranscodeJob;
        const EventTime = cloudTime();
        const JobIds = rows.map(({ JobId }) => JobId);
        const done = { VideoId, EventTime, Token: token, Attempt: 1, TranscodeTaskId: answer.TranscodeTaskId, JobIds };
        take({ EventType: 'TranscodeJobAcknowledged', ...done }, 'job-runner');
      }
      for (const job of productions.splice(0)) {
        const { token, sessionId, stream, videoIds, templateGroupId } = job;
        const clips = videoIds.map((MediaId) => ({ MediaId }));
        const { body: answer } = await call(emulator.url, 'ProduceEditingProjectVideo', {
          Timestamp: cloudTime(),
          Timeline: JSON.stringify({ VideoTracks: [{ VideoTrackClips: clips }] }),
          MediaMetadata: JSON.stringify({ Title: `[${token}]` }),
          ProduceConfig: JSON.stringify(templateGroupId === null ? {} : { TemplateGroupId: templateGroupId }),
        });
        // A clip is being transcoded: later.
        if (answer.Code === 'Forbidden.IllegalStatus') {
          productions.push(job);
          continue;
        }
        if (typeof answer.MediaId !== 'string')
          throw new Error(`${cloudTime()}: ${videoIds.length} clips of ${sessionId} are refused: ${answer.Code}`);
        const where = { DomainName: stream.domainName, AppName: stream.appName, StreamName: stream.streamName };
        const done = {
          EventTime: cloudTime(),
          ...where,
          SessionId: sessionId,
          Token: token,
          SegmentVideoIds: videoIds,
          ...(templateGroupId === null ? {} : { TemplateGroupId: templateGroupId }),
        };
        take({ EventType: 'ComposeJobAcknowledged', VideoId: answer.MediaId, Attempt: 1, ...done }, 'job-runner');
      }
    },
    /** Lets all waiting times of the sessions pass that have passed by the wall clock. */
    settle(): void {
      for (const emissions of sessionStep.fireAll()) publish(emissions);
    },
  };
}

function stepper<S>(topology: Topology<S>, now: () => number) {
  const states = new Map<string, S>();
  const read = (key: string) => states.get(key) ?? null;
  const keep = (key: string, state: S | null) => {
    if (state === null) states.delete(key);
    else states.set(key, state);
  };
  return {
    states,
    take(key: string, value: unknown, headers: Record<string, string>): readonly Emission[] {
      const nowMs = now();
      const record = { key, value, headers, timestampMs: nowMs };
      const outcome = topology.step(read(key), record, { nowMs, read });
      if (outcome.kind === 'dead-letter') throw new Error(`${topology.name}: ${outcome.reason}: ${outcome.error}`);
      if (outcome.kind !== 'next') return [];
      keep(key, outcome.state);
      for (const [other, state] of outcome.others ?? []) keep(other, state);
      return outcome.emit;
    },
    fireAll(): (readonly Emission[])[] {
      const nowMs = now();
      const fired: (readonly Emission[])[] = [];
      for (const key of [...states.keys()]) {
        for (let state = states.get(key); state !== undefined; state = states.get(key)) {
          const due = topology.timer?.dueAtMs(state) ?? null;
          if (due === null || due > nowMs) break;
          const outcome = topology.timer?.fire(key, state, { nowMs, read });
          if (outcome?.kind !== 'next') break;
          keep(key, outcome.state);
          for (const [other, next] of outcome.others ?? []) keep(other, next);
          fired.push(outcome.emit);
        }
      }
      return fired;
    },
  };
}
