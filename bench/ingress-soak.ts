/** `live2vod bench soak`: minutes of steady callbacks, and what the ingress process's memory does meanwhile. */
import { type Judged, judged, type Outcome } from './budgets.ts';
import { load, type Memory, openWorkplace, startTarget } from './ingress-load.ts';
import { lineChart } from './plot.ts';
import { slopeOf } from './statistics.ts';

export type IngressSoakOptions = {
  readonly brokers: string;
  /** Default 600. */
  readonly seconds?: number;
  /** Default 500. */
  readonly perSecond?: number;
  readonly print: (line: string) => void;
};

export type MemorySample = { readonly atSeconds: number; readonly anonMb: number; readonly heapMb: number };
export type IngressSoakResult = Outcome & {
  /** Resident memory of the process's own (RssAnon) and the used heap, every second. */
  readonly samples: readonly MemorySample[];
  readonly settled: Settled;
  readonly budgets: readonly Judged[];
  readonly answered200: number;
  readonly inKafka: number;
  readonly maxMs: number;
  readonly svg: string;
};

/** A straight line through the second half: caches and the heap have their size by then. */
type Settled = { readonly meanMb: number; readonly mbPerHour: number; readonly growthMb: number };

/** Flat: the line rises by less than this part of its mean over the half. */
const flatWithin = 0.05;

/** A signature is good for five minutes: every part is signed anew. */
const partSeconds = 20;
const mb = (bytes: number) => Math.round((bytes / 1024 / 1024) * 10) / 10;

export async function soakIngress(options: IngressSoakOptions): Promise<IngressSoakResult> {
  const { seconds = 600, perSecond = 500, print } = options;
  const workplace = await openWorkplace(options.brokers);
  let answered200 = 0;
  let others = 0;
  let maxMs = 0;
  try {
    const target = await startTarget('durable', workplace.settings);
    for (let done = 0; done < seconds; done += partSeconds) {
      const part = await load(target, {
        seconds: Math.min(partSeconds, seconds - done),
        connections: 64,
        perSecond,
      });
      answered200 += part.answered200;
      others += part.others;
      maxMs = Math.max(maxMs, part.maxMs);
      const now = target.memory.at(-1);
      if (now === undefined) continue;
      print(
        `${String(done + partSeconds).padStart(5)} s  RssAnon ${mb(now.anonBytes)} MB  heap ${mb(now.heapBytes)} MB  ${part.perSecond}/s  p99 ${part.p99Ms} ms  max ${part.maxMs} ms`,
      );
    }
    await target.stop();
    const inKafka = await workplace.published();
    const samples = target.memory.map(sampleOf);
    const settled = fitOf(samples.slice(Math.floor(samples.length / 2)));
    print(
      `second half: mean ${settled.meanMb} MB, fitted ${settled.mbPerHour} MB an hour, ${settled.growthMb} MB over the half`,
    );
    print(
      `answered 200: ${answered200}, otherwise: ${others}, in Kafka: ${inKafka}, lost: ${Math.max(0, answered200 - inKafka)}; slowest ${maxMs} ms`,
    );
    const verdict = judged(
      [
        { name: 'growth over the second half / mean', value: settled.growthMb / settled.meanMb, most: flatWithin },
        { name: 'answered 200 and lost', value: Math.max(0, answered200 - inKafka), most: 0 },
      ],
      print,
    );
    return { samples, settled, ...verdict, answered200, inKafka, maxMs, svg: plot(samples, perSecond) };
  } finally {
    await workplace.remove();
  }
}

/** One sample comes every second. */
const sampleOf = ({ anonBytes, heapBytes }: Memory, index: number): MemorySample => ({
  atSeconds: index + 1,
  anonMb: mb(anonBytes),
  heapMb: mb(heapBytes),
});

function fitOf(samples: readonly MemorySample[]): Settled {
  const perSecond = slopeOf(samples.map(({ atSeconds, anonMb }) => [atSeconds, anonMb] as const));
  const mean = samples.reduce((sum, { anonMb }) => sum + anonMb, 0) / samples.length;
  const tenth = (value: number) => Math.round(value * 10) / 10;
  return {
    meanMb: tenth(mean),
    mbPerHour: tenth(perSecond * 3600),
    growthMb: tenth(perSecond * samples.length),
  };
}

function plot(samples: readonly MemorySample[], perSecond: number): string {
  return lineChart({
    title: `Memory of the ingress at ${perSecond} callbacks a second`,
    x: 'seconds',
    y: 'MB',
    lines: [
      { name: 'RssAnon', points: samples.map(({ atSeconds, anonMb }) => [atSeconds, anonMb] as const) },
      { name: 'heap used', points: samples.map(({ atSeconds, heapMb }) => [atSeconds, heapMb] as const) },
    ],
  });
}
