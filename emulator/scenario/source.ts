import type { Rng } from '../random.ts';
import type { ShowPlan } from './fact.ts';
import type { Container } from './practice.ts';

/** Ids of recent years end in 0102. Durations come in hundredths of a second, as ffprobe-like tools give them. */
export function planSource(rng: Rng, stream: ShowPlan['stream'], mediaSeconds: number, container: Container) {
  const videoId = `${rng.hex(28)}0102`;
  const durationSeconds = Math.round((mediaSeconds + rng.int(0, 8) / 100) * 100) / 100;
  return {
    videoId,
    durationSeconds,
    sourceUrl: `http://live-record.oss-cn-shanghai.aliyuncs.com/record/${stream.appName}/${stream.streamName}/${videoId}.${container}`,
    sizeBytes: Math.round(durationSeconds * rng.between(420_000, 480_000)),
  };
}
