/** Clips that a person asked for: what is known of each, and never taken for the composed video of a session. */
import type { SessionClip } from '../../schemas/generated/SessionState.ts';
import type { StreamFact } from '../../schemas/generated/StreamFact.ts';
import type { StreamVideo, StreamVideoClip } from '../../schemas/generated/StreamState.ts';
import { compositionKeyOf } from '../composition-token.ts';
import type { Group } from './grouping.ts';
import { byText } from './order.ts';
import { limits } from './rules.ts';
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

/**
 * What is said of the clips of a session, from all facts about them, whatever their order. No refused request takes the
 * place of what was cut, which is paid for.
 */
export function sessionClipsOf(clips: readonly ClipVideo[]): readonly SessionClip[] {
  const inOrder = (a: SessionClip, b: SessionClip) => a.from - b.from || byText(a.token, b.token);
  const isRefused = ({ state }: SessionClip) => state === 'REFUSED';
  return byKey(clips)
    .map(sessionClipOf)
    .sort((a, b) => Number(isRefused(a)) - Number(isRefused(b)) || inOrder(a, b))
    .slice(0, limits.clipsShown)
    .sort(inOrder);
}

function sessionClipOf(facts: readonly ClipVideo[]): SessionClip {
  const request = requestIn(facts);
  const cut = facts.findLast(({ clip }) => clip.state === 'ACKNOWLEDGED');
  const { token, from, to, title, templateGroupId, requestedAt, parts, plannedAt } = request.clip;
  const common = { token, from, to, title, templateGroupId, requestedAt, parts, plannedAt };
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
      errorMessage: state === 'FAILED' ? clip.errorMessage : null,
      finishedAt: clip.finishedAt,
    };
  }
  const failed = facts.findLast(({ clip }) => clip.state === 'FAILED') ?? facts.findLast(isDoubtful);
  const none = { ...common, videoId: null, status: null };
  if (failed) {
    const { state, errorCode, errorMessage, finishedAt } = failed.clip;
    return { ...none, state: state === 'FAILED' ? 'FAILED' : 'IN_DOUBT', errorCode, errorMessage, finishedAt };
  }
  const { refusal } = request.clip;
  const errorMessage = refusal === null ? null : (refusals[refusal as Refusal] ?? null);
  return {
    ...none,
    state: refusal === null ? 'PLANNED' : 'REFUSED',
    errorCode: refusal,
    errorMessage,
    finishedAt: null,
  };
}

/** Why a request is not carried out. */
export type Refusal = 'TooManyClips' | 'TooOld' | 'TooManyParts' | 'NotOfSession' | 'NotNormal';

const refusals: Readonly<Record<Refusal, string>> = {
  TooManyClips: `the session had ${limits.clips} clips, which is the most`,
  TooOld: 'the request was further away in time than maxActAgeSeconds of the policy',
  TooManyParts: `it had more than ${limits.clipParts} parts`,
  NotOfSession: 'a recording that it is cut out of was not of the session',
  NotNormal: 'a recording that it is cut out of had not status Normal, which is all that the cloud cuts',
};

const isDoubtful = ({ clip }: ClipVideo) => clip.state === 'IN_DOUBT';

/** The fact that tells what was asked for, which only what became of it may be known of. */
export function requestIn(facts: readonly ClipVideo[]): ClipVideo {
  return facts.find(({ clip }) => clip.parts.length > 0) ?? (facts[0] as ClipVideo);
}

/** Nothing was cut for it, nor will be unless it is decided so. */
export function isOpenRequest({ clip }: ClipVideo): boolean {
  return !isPlanned(clip);
}

/** The command is out, in this life of the store or an earlier one. */
export function isPlanned({ plannedAt, state }: StreamVideoClip): boolean {
  return plannedAt !== null || state !== 'REQUESTED';
}

/** The facts about each clip, all generations of it together. */
export function byKey(clips: readonly ClipVideo[]): readonly (readonly ClipVideo[])[] {
  return [...Map.groupBy(clips, ({ clip }) => compositionKeyOf(clip.token)).values()];
}
