/** Clips that a person asked for are cut out of their session, once each. */
import type { ComposeJob } from '../../schemas/generated/ComposeJob.ts';
import type { StreamRef, StreamVideo, StreamVideoClip } from '../../schemas/generated/StreamState.ts';
import { noTranscode } from '../../schemas/template-groups.ts';
import { streamKeyOf } from '../stream-key.ts';
import type { Emission } from '../topology.ts';
import { byKey, type ClipVideo, isPlanned, type Refusal, requestIn } from './clips.ts';
import type { Group } from './grouping.ts';
import type { Session } from './projection.ts';
import { isOverAt, retiresAt } from './retention.ts';
import { limits, type SessionRules } from './rules.ts';
import { sessionIdOf } from './session-id.ts';
import { isWithin, type Judged, type Span } from './span.ts';
import { isNormal } from './status.ts';

export type Cut = {
  readonly sessions: readonly Session[];
  /** The facts as they are held from now on, by what they were. */
  readonly decided: ReadonlyMap<StreamVideo, StreamVideo>;
  readonly commands: readonly Emission[];
};

/** Decides on the clips of the sessions that are judged, but of none whose time is over. */
export function cutSessions(
  { stream, clock }: Pick<Span, 'stream' | 'clock'>,
  sessions: readonly Session[],
  rules: SessionRules,
  nowMs: number,
  judged: Judged,
): Cut {
  const decided = new Map<StreamVideo, StreamVideo>();
  const commands: Emission[] = [];
  const isCut = (session: Session) =>
    session.clips.length > 0 && isWithin(session.group.startMs, judged) && !isOverAt(retiresAt(session, rules), clock);
  const cut = sessions.map((session) => {
    if (!isCut(session)) return session;
    const clips = cutClips(stream, session, rules, nowMs);
    for (const [before, after] of clips.decided) decided.set(before, after);
    for (const value of clips.jobs) commands.push({ topic: 'compose-jobs', key: streamKeyOf(stream), value });
    return { ...session, clips: session.clips.map((clip) => clips.decided.get(clip) ?? clip) };
  });
  return { sessions: cut, decided, commands };
}

/** The facts with what was decided on their clips. */
export function withClips(
  videos: readonly StreamVideo[],
  decided: ReadonlyMap<StreamVideo, StreamVideo>,
): readonly StreamVideo[] {
  return decided.size === 0 ? videos : videos.map((video) => decided.get(video) ?? video);
}

type CutClips = {
  /** The facts as they are held from now on, by what they were. */
  readonly decided: ReadonlyMap<StreamVideo, ClipVideo>;
  readonly jobs: readonly ComposeJob[];
};

/**
 * Decides on the requests for clips of a session that nothing was decided on yet: each is cut once, by one command, or
 * refused for good. What events speak of already was cut in an earlier life of this store, and isn't again.
 *
 * @param nowMs wall clock: nothing is cut for a request that is older than the policy's `maxActAgeSeconds`
 */
function cutClips(
  stream: StreamRef,
  { group, clips }: { readonly group: Group; readonly clips: readonly ClipVideo[] },
  rules: SessionRules,
  nowMs: number,
): CutClips {
  const decided = new Map<StreamVideo, ClipVideo>();
  const jobs: ComposeJob[] = [];
  const all = byKey(clips);
  let planned = all.filter((facts) => facts.some(({ clip }) => isPlanned(clip))).length;
  for (const facts of all) {
    const request = requestIn(facts);
    const { clip } = request;
    if (clip.parts.length === 0 || clip.refusal !== null || facts.some((one) => one.clip.plannedAt !== null)) continue;
    if (facts.some((one) => isPlanned(one.clip))) {
      decided.set(request, { ...request, clip: { ...clip, plannedAt: clip.requestedAt ?? nowMs } });
      continue;
    }
    const refusal: Refusal | null = planned >= limits.clips ? 'TooManyClips' : refusalOf(clip, group, rules, nowMs);
    const next = { ...clip, refusal, plannedAt: refusal === null ? nowMs : null };
    decided.set(request, { ...request, clip: next });
    if (refusal !== null) continue;
    planned += 1;
    jobs.push(jobOf(stream, group, clip, nowMs));
  }
  return { decided, jobs };
}

function refusalOf(clip: StreamVideoClip, group: Group, rules: SessionRules, nowMs: number): Refusal | null {
  if (Math.abs(nowMs - (clip.requestedAt ?? 0)) > rules.maxActAgeMs) return 'TooOld';
  if (clip.parts.length > limits.clipParts) return 'TooManyParts';
  const sources = clip.parts.map(({ videoId }) => group.segments.find(({ video }) => video.videoId === videoId)?.video);
  if (sources.includes(undefined)) return 'NotOfSession';
  return sources.every((video) => video !== undefined && isNormal(video)) ? null : 'NotNormal';
}

function jobOf(stream: StreamRef, group: Group, clip: StreamVideoClip, nowMs: number): ComposeJob {
  const { token, title, from, to, parts } = clip;
  return {
    token,
    sessionId: sessionIdOf(stream, group.startMs),
    stream,
    videoIds: [],
    templateGroupId: clip.templateGroupId ?? noTranscode,
    region: group.segments.find(({ video }) => video.videoId === parts[0]?.videoId)?.video.region ?? null,
    generation: 0,
    plannedAt: nowMs,
    clip: { title, from, to, parts },
  };
}
