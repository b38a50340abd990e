import type { Rng } from '../random.ts';
import { seeded } from '../random.ts';
import type { Happening, SessionPlan, ShowPlan, VideoPlan } from './fact.ts';
import { planFilms } from './films.ts';
import { type LifecycleSettings, segmentLifecycle } from './lifecycle.ts';
import type { Container, Practice, RecordedFormat, RecordingProfile } from './practice.ts';
import { type Push, type RecordedSession, record } from './recording.ts';
import { planSource } from './source.ts';
import { type Story, type StoryPush, stories } from './stories.ts';
import type { StoryName } from './story-names.ts';
import { templateGroupIds } from './templates.ts';

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
  const endedBy = rng.chance(0.5) ? 'command' : 'time-out';
  const pushes = planPushes(rng, settings, profile.cycleSeconds);
  const cast = { profile, composedBy: profile.autoCompose ? ('cloud' as const) : ('nobody' as const) };
  return planRecorded(rng, settings, { ...cast, practice, story: null, name, pushes, endedBy });
}

export type StorySettings = LifecycleSettings & Pick<ShowSettings, 'seed' | 'name' | 'endMs' | 'composeLimit'>;

/** The same for a story, which says itself when it is pushed. */
export function planStory(story: StoryName, settings: StorySettings): ShowPlan {
  const { name } = settings;
  const rng = seeded(settings.seed, 'story', story, name);
  const pushes = pushesOf(stories[story].pushes, settings.endMs);
  return planRecorded(rng, settings, { ...stories[story], practice: null, story, name, pushes, endedBy: 'time-out' });
}

/** A stream of any recording configuration, pushed once, without an interruption. */
export function planStream(
  profile: RecordingProfile,
  settings: StorySettings & { readonly seconds: number },
): ShowPlan {
  const { seed, name, endMs, seconds } = settings;
  const rng = seeded(seed, 'stream', profile.domainName, profile.appName, name, endMs);
  const composedBy = profile.autoCompose ? ('cloud' as const) : ('nobody' as const);
  const pushes = [{ startMs: endMs - seconds * secondMs, endMs }];
  const cast = { profile, composedBy, practice: null, story: null, name, pushes, endedBy: 'time-out' } as const;
  return planRecorded(rng, settings, cast);
}

function pushesOf(parts: readonly StoryPush[], endMs: number): Push[] {
  const pushes: Push[] = [];
  let untilMs = endMs;
  for (const { pauseSeconds = 0, seconds, stopped = false } of parts.toReversed()) {
    const startMs = untilMs - seconds * secondMs;
    pushes.unshift({ startMs, endMs: untilMs, stopped });
    untilMs = startMs - pauseSeconds * secondMs;
  }
  return pushes;
}

type Cast = Omit<Story, 'pushes'> & {
  readonly practice: Practice | null;
  readonly story: StoryName | null;
  readonly name: string;
  readonly pushes: readonly Push[];
  readonly endedBy: 'time-out' | 'command';
};

/** What is recorded of a stream that was pushed at these times, and what follows. */
export function planRecorded(rng: Rng, settings: Limits, cast: Cast): ShowPlan {
  const { profile, practice, story, name } = cast;
  const stream = { domainName: profile.domainName, appName: profile.appName, streamName: name };
  const recorded = record(cast.pushes, { ...profile, endedBy: cast.endedBy });
  const sessions = recorded.map((session) => planSession(rng, settings, cast, stream, session));
  return {
    showId: `${story ?? practice ?? stream.appName}/${name}`,
    practice,
    story,
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

type Limits = LifecycleSettings & Pick<ShowSettings, 'composeLimit'>;
type SessionOutcome = { plan: SessionPlan; videos: VideoPlan[]; happenings: Happening[] };

function planSession(
  rng: Rng,
  settings: Limits,
  cast: Cast,
  stream: ShowPlan['stream'],
  session: RecordedSession,
): SessionOutcome {
  const { practice, story, profile, composedBy } = cast;
  const formats = cast.containers?.map((container) => plainFormat(profile, container)) ??
    profile.formats ?? [plainFormat(profile, 'm3u8')];
  const sessionId = [
    stream.domainName,
    stream.appName,
    stream.streamName,
    new Date(session.startMs).toISOString(),
  ].join('/');
  const common = {
    ...{ practice, stream, sessionId, title: stream.streamName },
    ...(cast.region === undefined ? {} : { region: cast.region }),
  };
  const files = session.cuts.flatMap((cut) =>
    formats.map(({ container, segments: work }) => {
      const recording = { startTime: cut.startMs, endTime: cut.endMs };
      const source = planSource(rng, stream, cut.mediaSeconds, container);
      const video: VideoPlan = { ...common, ...source, ...work, kind: 'SEGMENT', recording };
      return { container, video, closedMs: cut.closedMs };
    }),
  );
  const segments = files.map(({ video }) => video);
  const happenings = files.flatMap(({ video, closedMs }) => segmentLifecycle(rng, video, closedMs, settings));
  const composed: VideoPlan[] = [];
  if (profile.autoCompose && session.cuts.length <= settings.composeLimit) {
    const recordedMs = happenings.filter((one) => one.fact.kind === 'recorded').map((one) => one.atMs);
    const allThereMs = Math.max(session.closedMs, ...recordedMs);
    for (const { container, film } of formats.filter((format) => format.composed)) {
      const clips = files.filter((file) => file.container === container).map(({ video }) => video);
      const plan: Omit<VideoPlan, 'videoId' | 'durationSeconds' | 'sourceUrl' | 'sizeBytes'> = {
        ...{ ...common, ...film, kind: 'COMPOSED', recording: null },
        madeOf: clips.map((clip) => clip.videoId),
      };
      const seconds = clips.reduce((sum, clip) => sum + clip.durationSeconds, 0);
      const make = (): VideoPlan => ({ ...plan, ...planSource(rng, stream, seconds, container) });
      const beginsMs = () => allThereMs + rng.int(3, 20) * secondMs;
      const films = planFilms(rng, make, beginsMs, cast.firstFilm ?? 'good', settings);
      happenings.push(...films.happenings);
      composed.push(...films.videos);
    }
  }
  const plan: SessionPlan = {
    ...{ sessionId, practice, story, stream, composedBy },
    leftAsIs: cast.leftAsIs ?? false,
    containers: formats.length,
    pushes: session.pushes,
    startTime: session.startMs,
    endTime: session.endMs,
    endedBy: session.endedBy,
    overTime: session.closedMs,
    segmentIds: segments.map((video) => video.videoId),
  };
  return { plan, videos: [...segments, ...composed], happenings };
}

/** By what is said for all containers. */
function plainFormat(profile: RecordingProfile, container: Container): RecordedFormat {
  const { recordingTemplateGroupId, composeTemplateGroupId } = profile;
  return {
    ...{ container, composed: profile.autoCompose && composeTemplateGroupId !== null },
    segments: { templateGroupId: recordingTemplateGroupId },
    film: { templateGroupId: composeTemplateGroupId ?? templateGroupIds.composeOnly },
  };
}
