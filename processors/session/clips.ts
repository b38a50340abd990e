/** Clips that a person asked for: cut out of a session once each, and never taken for its composed video. */
import type { ComposeJob } from '../../schemas/generated/ComposeJob.ts';
import type { SessionClip } from '../../schemas/generated/SessionState.ts';
import type { StreamFact } from '../../schemas/generated/StreamFact.ts';
import type { StreamRef, StreamVideo, StreamVideoClip } from '../../schemas/generated/StreamState.ts';
import { noTranscode } from '../../schemas/template-groups.ts';
import { compositionKeyOf } from '../composition-token.ts';
import { canBeCut } from './clip-parts.ts';
import type { Group } from './grouping.ts';
import { byText } from './order.ts';
import { limits, type SessionRules } from './rules.ts';
import { sessionIdOf } from './session-id.ts';
import { isBeforeSource } from './status.ts';

/** A fact about a clip: the request, what became of the call, or the video that was cut. */
export type ClipVideo = StreamVideo & { readonly clip: StreamVideoClip };

export function isClip(video: StreamVideo): video is ClipVideo {
  return video.clip !== null;
}

/** What a fact tells of a clip. */
export function clipOf({ clip }: StreamFact): StreamVideoClip | null {
  return clip && { ...clip, plannedAt: null, refusal: null };
}

/** What was decided on a clip is told by no fact: it stays as it is held. */
export function withDecision(video: StreamVideo, held: StreamVideo | undefined): StreamVideo {
  if (video.clip === null || held?.clip == null) return video;
  const { plannedAt, refusal } = held.clip;
  return { ...video, clip: { ...video.clip, plannedAt, refusal } };
}

/** Those of what was live in that time. */
export function clipsWithin(clips: readonly ClipVideo[], { startMs, endMs }: Pick<Group, 'startMs' | 'endMs'>) {
  return clips.filter(({ clip }) => clip.from >= startMs && clip.from <= endMs);
}

/** What is said of the clips of a session, from all facts about them, whatever their order. */
export function sessionClipsOf(clips: readonly ClipVideo[]): readonly SessionClip[] {
  return byKey(clips)
    .map(sessionClipOf)
    .sort((a, b) => a.from - b.from || byText(a.token, b.token))
    .slice(0, limits.clips);
}

function sessionClipOf(facts: readonly ClipVideo[]): SessionClip {
  const request = requestIn(facts);
  const cut = facts.findLast(({ clip }) => clip.state === 'ACKNOWLEDGED');
  const { token, from, to, title, templateGroupId, requestedAt, parts } = request.clip;
  const common = { token, from, to, title, templateGroupId, requestedAt, parts };
  if (cut) {
    const { videoId, status, clip } = cut;
    const state = status === 'FAILED' ? 'FAILED' : isBeforeSource(status) ? 'ACKNOWLEDGED' : 'DONE';
    return {
      ...common,
      token: clip.token,
      state,
      videoId,
      status,
      errorCode: state === 'FAILED' ? clip.errorCode : null,
    };
  }
  const failed = facts.findLast(({ clip }) => clip.state === 'FAILED') ?? facts.findLast(isDoubtful);
  const none = { ...common, videoId: null, status: null };
  if (failed) {
    const { errorCode } = failed.clip;
    return { ...none, state: failed.clip.state === 'FAILED' ? 'FAILED' : 'IN_DOUBT', errorCode };
  }
  const { refusal } = request.clip;
  return { ...none, state: refusal === null ? 'PLANNED' : 'REFUSED', errorCode: refusal };
}

const isDoubtful = ({ clip }: ClipVideo) => clip.state === 'IN_DOUBT';

/** The fact that tells what was asked for, which only what became of it may be known of. */
function requestIn(facts: readonly ClipVideo[]): ClipVideo {
  return facts.find(({ clip }) => clip.parts.length > 0) ?? (facts[0] as ClipVideo);
}

export type CutClips = {
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
export function cutClips(
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
    const refusal = planned >= limits.clips ? 'TooManyClips' : refusalOf(clip, group, rules, nowMs);
    const next = { ...clip, refusal, plannedAt: refusal === null ? nowMs : null };
    decided.set(request, { ...request, clip: next });
    if (refusal !== null) continue;
    planned += 1;
    jobs.push(jobOf(stream, group, clip, nowMs));
  }
  return { decided, jobs };
}

/** Nothing was cut for it, nor will be unless it is decided so. */
export function isOpenRequest({ clip }: ClipVideo): boolean {
  return !isPlanned(clip);
}

/** The command is out, in this life of the store or an earlier one. */
function isPlanned({ plannedAt, state }: StreamVideoClip): boolean {
  return plannedAt !== null || state !== 'REQUESTED';
}

function refusalOf(clip: StreamVideoClip, group: Group, rules: SessionRules, nowMs: number): string | null {
  if (Math.abs(nowMs - (clip.requestedAt ?? 0)) > rules.maxActAgeMs) return 'TooOld';
  if (clip.parts.length > limits.clipParts) return 'TooManyParts';
  const statuses = clip.parts.map(
    ({ videoId }) => group.segments.find(({ video }) => video.videoId === videoId)?.video.status,
  );
  if (statuses.includes(undefined)) return 'NotOfSession';
  return statuses.every((status) => status !== undefined && canBeCut(status)) ? null : 'NotNormal';
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

/** The facts about each clip, all generations of it together. */
function byKey(clips: readonly ClipVideo[]): readonly (readonly ClipVideo[])[] {
  return [...Map.groupBy(clips, ({ clip }) => compositionKeyOf(clip.token)).values()];
}
