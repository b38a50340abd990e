/** Plays a worked history: words to callbacks, callbacks through both topologies, and what came of it in words again. */

import type { Recorded } from '../../processors/policy/index.ts';
import { sessionTopology } from '../../processors/session/index.ts';
import type { Emission, Outcome, Topology } from '../../processors/topology.ts';
import { orderOf, videoTopology } from '../../processors/video/index.ts';
import type { SessionState } from '../../schemas/generated/SessionState.ts';
import type { StreamState } from '../../schemas/generated/StreamState.ts';
import type { TranscodeJob } from '../../schemas/generated/TranscodeJob.ts';
import type { Rendition, VideoState } from '../../schemas/generated/VideoState.ts';
import { bytesOf, type CallbackBody, failedRendition, rendition, sourceOf } from './callbacks.ts';
import type { History } from './histories.ts';
import { bookOf } from './run-topology.ts';

const dayMs = Date.UTC(2026, 2, 1);

export function clockMs(time: string): number {
  const [hour = 0, minute = 0, second = 0] = time.split(':').map(Number);
  return dayMs + ((hour * 60 + minute) * 60 + second) * 1000;
}

const iso = (time: string): string => new Date(clockMs(time)).toISOString().replace('.000Z', 'Z');

/** `10:00:04 part-1 recorded 09:30-10:00 of room-2` as the body that the cloud would send. */
export function bodyOf(line: string): CallbackBody {
  const [, time = '', VideoId = '', what = ''] = /^(\S+) (\S+) (.*)$/.exec(line) ?? [];
  const base = { EventTime: iso(time), VideoId, Status: 'success' };
  const stream = { DomainName: 'play.example.com', AppName: 'live', StreamName: /of (\S+)$/.exec(what)?.[1] ?? 'room' };
  const [from = '', to = ''] = /([\d:]+)-([\d:]+)/.exec(what)?.slice(1) ?? [];
  const recording = { RecordStartTime: from && iso(from), RecordEndTime: to && iso(to) };
  const outputs = outputsOf(what, VideoId, time);
  const template = /with (\S+)$/.exec(what)?.[1];
  const words: readonly [RegExp, CallbackBody][] = [
    [/^recorded/, { EventType: 'AddLiveRecordVideoComplete', ...stream, ...recording }],
    [/^compose start/, { EventType: 'LiveRecordVideoComposeStart', ...stream }],
    [/^source ready/, { EventType: 'FileUploadComplete', FileUrl: `http://b/${VideoId}.m3u8`, Size: 1000 }],
    [/^upload failed/, { EventType: 'FileUploadComplete', Status: 'fail', ErrorCode: 'InternalError' }],
    [/^snapshot/, { EventType: 'SnapshotComplete', CoverUrl: `http://c/${VideoId}.jpg` }],
    [/^transcoded/, { EventType: 'StreamTranscodeComplete', ...outputs[0] }],
    [/^all transcoded/, { EventType: 'TranscodeComplete', StreamInfos: outputs }],
    [/^transcode failed/, { EventType: 'TranscodeComplete', Status: 'fail', ErrorCode: 'ResourceContentBad' }],
    [
      /^requested/,
      { EventType: 'OperatorTranscodeRequest', TemplateGroupId: template, IdempotencyKey: `${VideoId}-1` },
    ],
    [/^found recorded/, { EventType: 'AddLiveRecordVideoComplete', ...stream, ...recording }],
    [/^deleted/, { EventType: 'DeleteMediaComplete', DeleteType: 'all', MediaType: 'video' }],
    [/^produced badly/, { EventType: 'ProduceMediaComplete', Status: 'fail', ErrorCode: 'ProduceFailed' }],
    [/^fingerprinted/, { EventType: 'AIMediaDNAComplete', JobId: `${VideoId}-dna`, Data: '{}' }],
    [/^audited/, { EventType: 'AIMediaAuditComplete', JobId: `${VideoId}-audit`, Data: { Suggestion: what.slice(8) } }],
    [/^passed/, { EventType: 'CreateAuditComplete', AuditStatus: 'Normal' }],
    [/^blocked/, { EventType: 'CreateAuditComplete', AuditStatus: 'Blocked', Reason: 'not ours to show' }],
  ];
  const found = words.find(([word]) => word.test(what));
  if (found === undefined) throw new Error(`no word for: ${line}`);
  return { ...base, ...found[1] };
}

const order: readonly string[] = ['LD', 'SD', 'HD'];

/** `LD HD!` or `HD again`: the outputs named, with one job each; `again` makes it another job. */
function outputsOf(what: string, videoId: string, time: string): readonly Readonly<Record<string, unknown>>[] {
  const again = what.endsWith(' again') ? `-${time}` : '';
  return [...what.matchAll(/\b([LSH]D)(!?)/g)].map(([, label = '', bad]) => {
    const jobId = `${videoId}-${order.indexOf(label)}${again}`;
    return bad === '!' ? failedRendition(jobId, label) : rendition(jobId, label);
  });
}

export type Played = {
  readonly videos: ReadonlyMap<string, VideoState>;
  readonly sessions: ReadonlyMap<string, SessionState>;
  readonly jobs: readonly TranscodeJob[];
};

/** Practice 1 as the cloud is told by default. */
const toldOnce: Recorded = {
  ...{ path: 'recording.configs[0]', domain: 'play.example.com', app: 'live', stream: '*', formats: [] },
  ...{ cycleSeconds: 3600, disconnectDelaySeconds: 180, composes: false, segments: 'transcoded', composed: null },
};

/** Feeds the events as they stand, then lets the stream's timers run until one looks. */
export function play(history: History, given: readonly string[] = history.given): Played {
  const policies = bookOf(history.policies ?? [], history.told === undefined ? [] : [{ ...toldOnce, ...history.told }]);
  const video = videoTopology({ policies });
  const session = sessionTopology({ policies });
  const videos = new Map<string, VideoState>();
  const streams = new Map<string, StreamState>();
  const sessions = new Map<string, SessionState>();
  const jobs: TranscodeJob[] = [];
  const lookMs = clockMs(history.when);
  const nowMs = lookMs;

  const emitted = (emission: Emission): void => {
    if (emission.topic === 'transcode-jobs') {
      const job = emission.value as TranscodeJob;
      if (orderOf(job).kind === 'TRANSCODE') jobs.push(job);
    } else if (emission.topic === 'stream-facts') take(session, streams, emission.key, emission.value, {});
    else if (emission.topic === 'session-state') {
      if (emission.value === null) sessions.delete(emission.key);
      else sessions.set(emission.key, emission.value as SessionState);
    }
  };
  function follow<S>(states: Map<string, S>, key: string, outcome: Outcome<S>): void {
    if (outcome.kind === 'dead-letter') throw new Error(`${outcome.reason}: ${outcome.error}`);
    if (outcome.kind !== 'next') return;
    if (outcome.state === null) states.delete(key);
    else states.set(key, outcome.state);
    for (const emission of outcome.emit) emitted(emission);
  }
  function take<S>(
    topology: Topology<S>,
    states: Map<string, S>,
    key: string,
    value: unknown,
    headers: Readonly<Record<string, string>>,
  ): void {
    follow(states, key, topology.step(states.get(key) ?? null, { key, value, headers, timestampMs: nowMs }, { nowMs }));
  }

  for (const line of given) {
    const body = bodyOf(line);
    // The reconciler supplies the callback that was lost, as far as the list API tells it.
    const source = / found recorded /.test(line) ? 'reconciler' : sourceOf(body);
    take(video, videos, String(body.VideoId), bytesOf(body), { source, 'received-at': String(nowMs) });
  }
  for (const [key, state] of streams) {
    let due = session.timer?.dueAtMs(state) ?? null;
    for (let turns = 0; due !== null && due <= lookMs && turns < 100; turns += 1) {
      const current = streams.get(key);
      if (current === undefined || session.timer === undefined) break;
      follow(streams, key, session.timer.fire(key, current, { nowMs: due }));
      const next = streams.get(key);
      due = next === undefined ? null : session.timer.dueAtMs(next);
    }
  }
  return { videos, sessions, jobs };
}

/** `part-1 SEGMENT TRANSCODED: LD (HD!) HD` */
export function videoInWords(id: string, state: VideoState): string {
  const renditions = state.renditions.map(renditionInWords);
  return `${id} ${state.kind} ${state.status}${renditions.length > 0 ? `: ${renditions.join(' ')}` : ''}`;
}

function renditionInWords({ definition, status, superseded }: Rendition): string {
  const text = `${definition ?? '?'}${status === 'FAIL' ? '!' : ''}`;
  return superseded ? `(${text})` : text;
}

/** `part-1 10:00:06` */
export function playableInWords(videos: ReadonlyMap<string, VideoState>): string[] {
  return [...videos].flatMap(([id, { firstPlayableTime: ms }]) =>
    ms === null ? [] : [`${id} ${new Date(ms).toISOString().slice(11, 19)}`],
  );
}

export function jobInWords(job: TranscodeJob): string {
  return `${job.videoId} with ${job.templateGroupId}`;
}

/** `09:30-10:00 READY: part-1 (3 min) part-2 => film` */
export function sessionInWords(state: SessionState): string {
  const clock = (ms: number): string => new Date(ms).toISOString().slice(11, 16);
  const parts = state.segments.flatMap((segment) => {
    const gap = state.gaps.find((one) => one.endTime === segment.startTime);
    return gap === undefined ? [segment.videoId] : [`(${(gap.endTime - gap.startTime) / 60_000} min)`, segment.videoId];
  });
  const composed = state.composed.map((one) => ` => ${one.videoId}`).join('');
  const end = state.endTime === null ? '...' : clock(state.endTime);
  return `${clock(state.startTime)}-${end} ${state.status}: ${parts.join(' ')}${composed}`;
}
