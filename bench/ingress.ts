/**
 * `live2vod bench ingress`: callbacks per second with a durable acknowledgement, and their latency at half that load,
 * against bare Fastify answering 200 to the same requests in the same run. The load generator and the broker share the
 * machine with both, so only the ratios mean anything elsewhere.
 */
import { type Judged, judged, type Outcome } from './budgets.ts';
import { type Load, load, openWorkplace, startTarget } from './ingress-load.ts';

export type IngressBenchOptions = {
  readonly brokers: string;
  /** Per measurement. Default 6. */
  readonly seconds?: number;
  /** Both servers are measured in turns that often; medians count. Default 3. */
  readonly rounds?: number;
  /** Requests on their way at once: enough to hide the acknowledgement's latency. Default 256. */
  readonly connections?: number;
  readonly print: (line: string) => void;
};

type Side = { readonly full: Load; readonly half: Load };

export type IngressBenchResult = Outcome & {
  readonly bare: Side;
  readonly durable: Side;
  /** Durable callbacks per second over bare ones. */
  readonly throughputRatio: number;
  /** At half load. */
  readonly p99Ms: number;
  readonly answered200: number;
  readonly inKafka: number;
  readonly budgets: readonly Judged[];
};

const warmUpSeconds = 3;

export async function benchIngress(options: IngressBenchOptions): Promise<IngressBenchResult> {
  const { seconds = 6, rounds = 3, connections = 256, print } = options;
  const workplace = await openWorkplace(options.brokers);
  const sides: Record<'bare' | 'durable', Side[]> = { bare: [], durable: [] };
  let answered200 = 0;
  try {
    // A broker that has just started compiles itself while it serves: that isn't measured.
    const first = await startTarget('durable', workplace.settings);
    answered200 += (await load(first.address, { seconds: 2 * warmUpSeconds, connections })).answered200;
    await first.stop();
    for (let round = 1; round <= rounds; round += 1) {
      for (const mode of ['bare', 'durable'] as const) {
        const target = await startTarget(mode, workplace.settings);
        const warm = await load(target.address, { seconds: warmUpSeconds, connections });
        const full = await load(target.address, { seconds, connections });
        const half = await load(target.address, { seconds, connections, perSecond: Math.ceil(full.perSecond / 2) });
        await target.stop();
        sides[mode].push({ full, half });
        if (mode === 'durable') answered200 += warm.answered200 + full.answered200 + half.answered200;
        print(`round ${round} ${mode.padEnd(7)} full ${described(full)}; half ${described(half)}`);
      }
    }
    const bare = median(sides.bare);
    const durable = median(sides.durable);
    const throughputRatio = durable.full.perSecond / bare.full.perSecond;
    const inKafka = await workplace.published();
    const lost = Math.max(0, answered200 - inKafka);
    print(
      `callbacks per second: durable ${durable.full.perSecond}, bare Fastify ${bare.full.perSecond}: ratio ${throughputRatio.toFixed(2)}`,
    );
    print(
      `at half load: p50 ${durable.half.p50Ms} ms, p99 ${durable.half.p99Ms} ms, max ${durable.half.maxMs} ms; bare p99 ${bare.half.p99Ms} ms`,
    );
    print(`answered 200: ${answered200}, in Kafka: ${inKafka}, lost: ${lost}`);
    const { p99Ms } = durable.half;
    const verdict = judged(
      [
        { name: 'durable / bare Fastify', value: throughputRatio, least: 0.65 },
        { name: 'p99 at half load', value: p99Ms, unit: 'ms', most: 20 },
        { name: 'answered 200 and lost', value: lost, most: 0 },
      ],
      print,
    );
    return { bare, durable, throughputRatio, p99Ms, answered200, inKafka, ...verdict };
  } finally {
    await workplace.remove();
  }
}

const described = (of: Load) =>
  `${of.perSecond}/s p50 ${of.p50Ms} p99 ${of.p99Ms} max ${of.maxMs} ms${of.others > 0 ? ` (${of.others} not 200)` : ''}`;

/** The round with the median throughput. */
function median(sides: readonly Side[]): Side {
  const sorted = sides.toSorted((a, b) => a.full.perSecond - b.full.perSecond);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new RangeError('rounds must be at least 1');
  return middle;
}
