/**
 * How fast the cloud's time passes for one run of events: straight through (cloudMs, wallMs), `compression` cloud
 * milliseconds per wall millisecond.
 *
 * Event times are the plan's and are never touched: compression only says when, by the wall clock, a moment of the
 * plan is reached. Two kinds of pace exist. A play has one, whose cloud time lies in the recent past. Every transcode
 * that a user submits gets its own, which starts at the submit: see `submitMoment`.
 */
export type Pace = { readonly cloudMs: number; readonly wallMs: number; readonly compression: number };

/** When, by the wall clock, this moment of the cloud is reached. */
export function wallAt(pace: Pace, cloudMs: number): number {
  return pace.wallMs + (cloudMs - pace.cloudMs) / pace.compression;
}

/** What time it is in the cloud when the wall clock shows this. */
export function cloudAt(pace: Pace, wallMs: number): number {
  return pace.cloudMs + (wallMs - pace.wallMs) * pace.compression;
}

/**
 * The cloud's time of a request about a video: the time of the video's latest happening plus the wall time that has
 * really passed since it was reached, in whole seconds, rounded up. The requester lives by the wall clock, so what it
 * took it to answer (a second, or a day until a person approved) counts as it is and isn't multiplied by the
 * compression. It is never before what the request is an answer to.
 */
export function submitMoment(
  latest: { readonly atMs: number; readonly reachedWallMs: number },
  wallMs: number,
): number {
  const waitedMs = Math.max(0, wallMs - latest.reachedWallMs);
  return Math.ceil((latest.atMs + waitedMs) / 1000) * 1000;
}
