/** What is said to the outside about a session: the SessionState record. */
import type {
  LiveRecording,
  SessionClip,
  SessionComposed,
  SessionState,
} from '../../schemas/generated/SessionState.ts';
import { sessionClipsOf } from './clips.ts';
import { type Digest, digest } from './digest.ts';
import type { Group } from './grouping.ts';
import { exceedsCloudLimit, hasSurplus, type Session } from './projection.ts';

/** Lengths are rounded by the cloud, and each segment's own length too. */
const durationSlackSeconds = 5;
const durationSlackRatio = 0.01;

/** The record without the names, which never change under one session id, and the revision. */
export type SessionContent = Omit<SessionState, 'sessionId' | 'stream' | 'revision'>;

/** @param liveRecording what Live's own callbacks say of it, null where none came */
export function contentOf(session: Session, liveRecording: LiveRecording | null = null): SessionContent {
  const { group, composition, clips, status } = session;
  const composed = session.composed.map(({ video, ours }): SessionComposed => {
    const { videoId, composeStartTime, sourceReadyTime, transcodedTime, format, durationSeconds } = video;
    const durationMatches = durationSeconds === null ? null : matches(durationSeconds, group);
    return {
      videoId,
      status: video.status,
      composeStartTime,
      sourceReadyTime,
      transcodedTime,
      format,
      durationMatches,
      ours,
    };
  });
  return {
    status,
    startTime: group.startMs,
    endTime: session.closed ? group.endMs : null,
    segments: group.segments.map(({ video, startMs, endMs }) => ({
      videoId: video.videoId,
      startTime: startMs,
      endTime: endMs,
      status: video.status,
      format: video.format,
    })),
    gaps: group.gaps.map(({ startMs, endMs }) => ({ startTime: startMs, endTime: endMs })),
    composed,
    mergedInto: null,
    closesAt: session.closed ? null : session.closesAtMs,
    composeExpected: session.mode !== 'NONE',
    composeMissing: session.composeMissing,
    durationMismatch: composed.some((one) => one.durationMatches === false),
    segmentLimitExceeded: exceedsCloudLimit(group),
    overlapping: group.overlapping,
    truncated: group.truncated,
    settled: session.settled,
    composedSurplus: hasSurplus(session),
    timesBounded: group.segments.some((segment) => segment.bounded),
    compositionHold: session.compositionHold,
    composition: composition && {
      token: composition.token,
      reason: composition.reason,
      state: composition.state,
      mediaId: composition.mediaId,
      errorCode: composition.errorCode,
    },
    liveRecording,
    clips: clips.length === 0 ? [] : sessionClipsOf(clips),
  };
}

/** The redirect that an id becomes when another session swallows it. */
export function mergedContentOf(startMs: number, endMs: number, mergedInto: string): SessionContent {
  return {
    status: 'MERGED',
    startTime: startMs,
    endTime: endMs,
    segments: [],
    gaps: [],
    composed: [],
    mergedInto,
    closesAt: null,
    composeExpected: false,
    composeMissing: false,
    durationMismatch: false,
    segmentLimitExceeded: false,
    overlapping: false,
    truncated: false,
    settled: false,
    composedSurplus: false,
    timesBounded: false,
    compositionHold: null,
    composition: null,
    liveRecording: null,
    clips: [],
  };
}

/**
 * Whether a composed video is as long as what was recorded. Where all segments' own lengths are known they are the
 * measure; a record window alone is only an upper bound, because an interruption within the delay is part of the
 * window but not of the file, so less than half of it is taken for a part missing.
 */
function matches(seconds: number, group: Group): boolean {
  const slack = (expected: number) => Math.max(durationSlackSeconds, expected * durationSlackRatio);
  let ownSeconds: number | null = 0;
  for (const { video } of group.segments) {
    if (video.status === 'FAILED') continue;
    ownSeconds = ownSeconds === null || video.durationSeconds === null ? null : ownSeconds + video.durationSeconds;
  }
  if (ownSeconds !== null && group.tracks === 1) return Math.abs(seconds - ownSeconds) <= slack(ownSeconds);
  const windowSeconds = group.coveredMs / 1000;
  return seconds <= windowSeconds + slack(windowSeconds) && seconds >= windowSeconds / 2;
}

/** Tells whether there is anything new to say. */
export function digestOf(content: SessionContent): number {
  const sum = digest().add(content.status).add(content.startTime).add(content.endTime).add(content.mergedInto);
  sum.add(content.segments.length).add(content.gaps.length).add(content.composed.length);
  for (const { videoId, startTime, endTime, status, format } of content.segments)
    sum.add(videoId).add(startTime).add(endTime).add(status).add(format);
  for (const { startTime, endTime } of content.gaps) sum.add(startTime).add(endTime);
  for (const one of content.composed) addComposed(sum, one);
  sum.add(content.closesAt).add(content.composeExpected).add(content.composeMissing).add(content.durationMismatch);
  sum.add(content.segmentLimitExceeded).add(content.overlapping).add(content.truncated).add(content.settled);
  sum.add(content.composedSurplus).add(content.timesBounded);
  // Records of earlier releases that have none stay as they are.
  if (content.compositionHold !== null) sum.add(content.compositionHold);
  const { composition } = content;
  sum.add(composition !== null);
  if (composition)
    sum
      .add(composition.token)
      .add(composition.reason)
      .add(composition.state)
      .add(composition.mediaId)
      .add(composition.errorCode);
  // Where Live has said nothing the sum is what earlier releases made it.
  const live = content.liveRecording;
  if (live) {
    sum.add(live.state).add(live.startedTime).add(live.pausedTime).add(live.resumedTime);
    sum.add(live.endedTime).add(live.fileTime);
  }
  // A session without any keeps the digest that earlier releases gave it.
  for (const clip of content.clips) addClip(sum, clip);
  return sum.number();
}

function addClip(sum: Digest, { parts, ...clip }: SessionClip): void {
  sum.add(clip.token).add(clip.state).add(clip.from).add(clip.to).add(clip.title).add(clip.templateGroupId);
  sum.add(clip.videoId).add(clip.status).add(clip.errorCode).add(clip.requestedAt).add(parts.length);
  sum.add(clip.errorMessage).add(clip.plannedAt).add(clip.finishedAt);
  for (const { videoId, inSeconds, outSeconds } of parts) sum.add(videoId).add(`${inSeconds} ${outSeconds}`);
}

function addComposed(sum: Digest, one: SessionComposed): void {
  sum.add(one.videoId).add(one.status).add(one.composeStartTime).add(one.sourceReadyTime).add(one.transcodedTime);
  sum.add(one.format).add(one.durationMatches).add(one.ours);
}
