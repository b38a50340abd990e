import type { Rng } from '../random.ts';
import { seeded } from '../random.ts';
import type { Happening, SessionPlan, ShowPlan, VideoPlan } from './fact.ts';
import { composedLifecycle, type LifecycleSettings, segmentLifecycle } from './lifecycle.ts';
import type { Practice, RecordingProfile } from './practice.ts';
import { type Push, type RecordedSession, record } from './recording.ts';

export type ShowSettings = LifecycleSettings & {
  readonly seed: number;
  readonly practice: Practice;
  readonly profile: RecordingProfile;
  /** Distinguishes the shows of one seed; part of the stream's name. */
  readonly name: string;
  /** Last moment of the push, epoch ms in whole seconds. */
  readonly endMs: number;
  /** From first to last push; the show takes 85 to 100 % of it. */
  readonly showSeconds: number;
  /** A re-push 20 to 150 s after a disconnect, half of the time over the end of a cycle: the same session. */
  readonly shortInterruption: boolean;
  /** A re-push 240 to 1200 s after a disconnect: a second session. */
  readonly longInterruption: boolean;
  /** Longest composition VOD accepts, in segments: over it no composition comes (the callback isn't sent on failure). */
  readonly composeLimit: number;
};

const secondMs = 1000;

/** The deterministic plan of one live show: what its recorder, VOD's composer and VOD's transcoder do, and when. */
export function planShow(settings: ShowSettings): ShowPlan {
  const { practice, profile, name } = settings;
  const rng = seeded(settings.seed, 'show', practice, name);
  const stream = { domainName: profile.domainName, appName: profile.appName, streamName: name };
  const endedBy = rng.chance(0.5) ? 'command' : 'time-out';
  const recorded = record(planPushes(rng, settings, profile.cycleSeconds), { ...profile, endedBy });
  const sessions = recorded.map((session, index) =>
    planSession(rng, settings, stream, session, index === recorded.length - 1 ? endedBy : 'time-out'),
  );
  return {
    showId: `${practice}/${name}`,
    practice,
    stream,
    sessions: sessions.map((session) => session.plan),
    videos: sessions.flatMap((session) => session.videos),
    happenings: sessions.flatMap((session) => session.happenings).sort((a, b) => a.atMs - b.atMs),
  };
}

function planPushes(rng: Rng, settings: ShowSettings, cycleSeconds: number): Push[] {
  const lengthSeconds = Math.max(1, Math.round(settings.showSeconds * rng.between(0.85, 1)));
  const startMs = settings.endMs - lengthSeconds * secondMs;
  const breaks: { atSeconds: number; lengthSeconds: number }[] = [];
  if (settings.shortInterruption && lengthSeconds > 400) {
    const silence = rng.int(20, Math.min(150, Math.floor(lengthSeconds / 8)));
    const cyclesInFirstHalf = Math.floor(lengthSeconds / 2 / cycleSeconds);
    const overCycleEnd = cyclesInFirstHalf > 0 && rng.chance(0.5);
    const atSeconds = overCycleEnd
      ? rng.int(1, cyclesInFirstHalf) * cycleSeconds - rng.int(5, silence - 5)
      : rng.int(Math.floor(lengthSeconds * 0.1), Math.floor(lengthSeconds * 0.3));
    breaks.push({ atSeconds, lengthSeconds: silence });
  }
  if (settings.longInterruption && lengthSeconds > 1200) {
    const silence = rng.int(240, Math.max(240, Math.min(1200, Math.floor(lengthSeconds / 8))));
    const atSeconds = rng.int(Math.floor(lengthSeconds * 0.6), Math.floor(lengthSeconds * 0.75));
    breaks.push({ atSeconds, lengthSeconds: silence });
  }
  const pushes: Push[] = [];
  let fromMs = startMs;
  for (const gap of breaks) {
    const stopMs = startMs + gap.atSeconds * secondMs;
    pushes.push({ startMs: fromMs, endMs: stopMs });
    fromMs = stopMs + gap.lengthSeconds * secondMs;
  }
  return [...pushes, { startMs: fromMs, endMs: settings.endMs }];
}

type SessionOutcome = { plan: SessionPlan; videos: VideoPlan[]; happenings: Happening[] };

function planSession(
  rng: Rng,
  settings: ShowSettings,
  stream: ShowPlan['stream'],
  session: RecordedSession,
  endedBy: SessionPlan['endedBy'],
): SessionOutcome {
  const { practice, profile } = settings;
  const sessionId = [
    stream.domainName,
    stream.appName,
    stream.streamName,
    new Date(session.startMs).toISOString(),
  ].join('/');
  const common = { practice, stream, sessionId, title: stream.streamName };
  const segments = session.cuts.map((cut): VideoPlan => {
    const recording = { startTime: cut.startMs, endTime: cut.endMs };
    const source = planSource(rng, stream, cut.mediaSeconds);
    return { ...common, ...source, kind: 'SEGMENT', recording, templateGroupId: profile.recordingTemplateGroupId };
  });
  const happenings = segments.flatMap((video, index) =>
    segmentLifecycle(rng, video, session.cuts[index]?.closedMs ?? session.closedMs, settings),
  );
  const composed: VideoPlan[] = [];
  if (profile.autoCompose && profile.composeTemplateGroupId && segments.length <= settings.composeLimit) {
    const seconds = segments.reduce((sum, segment) => sum + segment.durationSeconds, 0);
    const source = planSource(rng, stream, seconds);
    const video: VideoPlan = {
      ...common,
      ...source,
      kind: 'COMPOSED',
      recording: null,
      templateGroupId: profile.composeTemplateGroupId,
    };
    const recordedMs = happenings.filter((one) => one.fact.kind === 'recorded').map((one) => one.atMs);
    const allThereMs = Math.max(session.closedMs, ...recordedMs);
    const composing = composedLifecycle(rng, video, allThereMs + rng.int(3, 20) * secondMs, settings);
    happenings.push(...composing);
    if (composing.length > 0) composed.push(video);
  }
  const plan: SessionPlan = {
    sessionId,
    practice,
    stream,
    startTime: session.startMs,
    endTime: session.endMs,
    endedBy,
    composes: profile.autoCompose,
    segmentIds: segments.map((video) => video.videoId),
  };
  return { plan, videos: [...segments, ...composed], happenings };
}

/** Ids of recent years end in 0102. Durations come in hundredths of a second, as ffprobe-like tools give them. */
function planSource(rng: Rng, stream: ShowPlan['stream'], mediaSeconds: number) {
  const videoId = `${rng.hex(28)}0102`;
  const durationSeconds = Math.round((mediaSeconds + rng.int(0, 8) / 100) * 100) / 100;
  return {
    videoId,
    durationSeconds,
    sourceUrl: `http://live-record.oss-cn-shanghai.aliyuncs.com/record/${stream.appName}/${stream.streamName}/${videoId}.m3u8`,
    sizeBytes: Math.round(durationSeconds * rng.between(420_000, 480_000)),
  };
}
