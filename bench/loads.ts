/** The steady loads of the benchmarks on prepared states, and how many videos these need for them. */
export const memoryLoad = { perSecond: 2_000, seconds: 60 };
export const latencyLoad = { perSecond: 500, seconds: 45, warmUpSeconds: 15 };
/** Killed after three of four seconds of work. */
export const killedAtWork = { perSecond: 500, seconds: 4, killAfterMs: 3_000 };

/** Callbacks that are left of each prepared video. */
export const leftOfVideo = 2;

/** The least size of each; `latency` knows a state by its key, so there a video may come once only. */
export const leastVideos: Readonly<Record<string, number>> = {
  memory: (memoryLoad.perSecond * memoryLoad.seconds) / leftOfVideo,
  latency: latencyLoad.perSecond * (latencyLoad.warmUpSeconds + latencyLoad.seconds),
  restore: (killedAtWork.perSecond * killedAtWork.seconds) / leftOfVideo,
  // Its batches are of some hundred videos.
  growth: 1_000,
};
