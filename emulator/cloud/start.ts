import type { Happening } from '../scenario/fact.ts';
import type { Cloud } from './cloud.ts';
import { type Pace, submitMoment } from './pace.ts';
import type { CloudVideo } from './video.ts';

/** Starts at the submit: after all that has happened to the videos the request is about. */
export function paceOf(cloud: Cloud, videos: readonly CloudVideo[]): Pace {
  const wallMs = cloud.clock.now();
  const moments = videos.flatMap(({ occurred }) => {
    const latest = occurred.at(-1);
    return latest ? [submitMoment(latest, wallMs)] : [];
  });
  const cloudMs = moments.length > 0 ? Math.max(...moments) : Math.ceil(wallMs / 1000) * 1000;
  return { cloudMs, wallMs, compression: cloud.knobs().jobCompression ?? videos[0]?.pace.compression ?? 1 };
}

/** What is true at the submit itself is so before the answer; the rest follows. */
export function start(cloud: Cloud, happenings: readonly Happening[], pace: Pace, callbackUrl: string | null): void {
  for (const one of happenings.filter(({ atMs }) => atMs <= pace.cloudMs)) cloud.comeTrue(one, pace, callbackUrl);
  cloud.schedule(
    happenings.filter(({ atMs }) => atMs > pace.cloudMs),
    pace,
    callbackUrl,
  );
}
