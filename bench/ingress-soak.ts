/** `live2vod bench ingress --soak`: hours of steady callbacks, and what the ingress process's memory does meanwhile. */
import { load, openWorkplace, startTarget } from './ingress-load.ts';

export type IngressSoakOptions = {
  readonly brokers: string;
  /** Default 600. */
  readonly seconds?: number;
  /** Default 2,000. */
  readonly perSecond?: number;
  readonly print: (line: string) => void;
};

export type MemorySample = { readonly atSeconds: number; readonly rssMb: number; readonly heapMb: number };
export type IngressSoakResult = {
  readonly samples: readonly MemorySample[];
  /**
   * Highest resident memory of the second half minus that of the first. Memory saws between collections, so peaks are
   * compared; a leak raises them.
   */
  readonly growthMb: number;
  readonly answered200: number;
  readonly inKafka: number;
  readonly maxMs: number;
};

/** A signature is good for five minutes: every part is signed anew. */
const partSeconds = 20;
const mb = (bytes: number) => Math.round(bytes / 1024 / 1024);

export async function soakIngress(options: IngressSoakOptions): Promise<IngressSoakResult> {
  const { seconds = 600, perSecond = 2_000, print } = options;
  const workplace = await openWorkplace(options.brokers);
  const samples: MemorySample[] = [];
  let answered200 = 0;
  let maxMs = 0;
  try {
    const target = await startTarget('durable', workplace.settings);
    for (let done = 0; done < seconds; done += partSeconds) {
      const part = await load(target.address, {
        seconds: Math.min(partSeconds, seconds - done),
        connections: 64,
        perSecond,
      });
      answered200 += part.answered200;
      maxMs = Math.max(maxMs, part.maxMs);
      const now = target.memory.at(-1);
      if (now === undefined) continue;
      const sample = { atSeconds: done + partSeconds, rssMb: mb(now.rssBytes), heapMb: mb(now.heapBytes) };
      samples.push(sample);
      print(
        `${String(sample.atSeconds).padStart(5)} s  rss ${sample.rssMb} MB  heap ${sample.heapMb} MB  ${part.perSecond}/s  p99 ${part.p99Ms} ms  max ${part.maxMs} ms`,
      );
    }
    await target.stop();
    const inKafka = await workplace.published();
    const half = Math.ceil(samples.length / 2);
    const growthMb = peakMb(samples.slice(half)) - peakMb(samples.slice(0, half));
    print(
      `peak memory grew by ${growthMb} MB; answered 200: ${answered200}, in Kafka: ${inKafka}; slowest ${maxMs} ms`,
    );
    return { samples, growthMb, answered200, inKafka, maxMs };
  } finally {
    await workplace.remove();
  }
}

const peakMb = (samples: readonly MemorySample[]) => Math.max(0, ...samples.map((sample) => sample.rssMb));
