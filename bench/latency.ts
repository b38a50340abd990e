/**
 * `live2vod bench latency`: from the broker's acknowledgement of a callback to its state's visibility to a read_committed
 * consumer, at 500 callbacks/s on videos all over a large store. Producer, consumer and clock are this process's.
 */
import { Consumer, IdempotentProducer } from '../connectors/kafka/index.ts';
import { systemClock } from '../platform/host/index.ts';
import { type Judged, judged, type Outcome } from './budgets.ts';
import { latencyLoad } from './loads.ts';
import { barChart } from './plot.ts';
import { type RestoreOptions, subjectsOf } from './restore.ts';
import { keep, type PreparedStates, prepareStates } from './states.ts';
import { percentile } from './statistics.ts';
import { sendSteadily } from './steady.ts';
import type { Subject } from './subject.ts';

export type LatencyOptions = RestoreOptions & {
  /** Default 500. */
  readonly perSecond?: number;
  /** Measured time. Default 45. */
  readonly seconds?: number;
};

export type LatencyReport = {
  readonly callbacks: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
};

export type LatencyResult = Outcome & {
  readonly videos: number;
  readonly perSecond: number;
  readonly sides: Readonly<Record<string, LatencyReport>>;
  readonly budgets: readonly Judged[];
  readonly svg: string;
};

/** Both runtimes compile what runs often: the first seconds at that rate aren't counted. */
const { warmUpSeconds } = latencyLoad;
const missingAfterMs = 30_000;

export async function benchLatency(options: LatencyOptions): Promise<LatencyResult> {
  const { perSecond = latencyLoad.perSecond, seconds = latencyLoad.seconds, print } = options;
  const sent = Math.round(perSecond * (warmUpSeconds + seconds));
  // A state is known by its key: each video may come once in a run.
  if (sent > options.videos) throw new RangeError(`${sent} callbacks need as many videos: raise --size`);
  const prepared = await prepareStates(options, sent);
  await keep(options, { ...prepared, sent: prepared.sent + sent });
  const sides: Record<string, LatencyReport> = {};
  for (const subject of subjectsOf(options, prepared)) {
    const report = await measure(subject, options, prepared, perSecond, seconds);
    sides[subject.name] = report;
    const { callbacks, p50Ms, p99Ms, maxMs } = report;
    print(`${subject.name.padEnd(13)} p50 ${p50Ms} ms, p99 ${p99Ms} ms, max ${maxMs} ms over ${callbacks} callbacks`);
  }
  const [ours, theirs] = Object.values(sides);
  // Alone it has nothing to be held against.
  const budgets = theirs
    ? [{ name: 'p99 / Kafka Streams', value: (ours?.p99Ms ?? Number.NaN) / theirs.p99Ms, most: 1 }]
    : [];
  return {
    videos: options.videos,
    perSecond,
    sides,
    ...judged(budgets, print),
    svg: barChart({
      title: `Acknowledged callback to visible state, ${perSecond}/s, ${options.videos} videos`,
      unit: 'ms',
      bars: Object.entries(sides).flatMap(([name, { p50Ms, p99Ms }]) => [
        { name: `${name}: p50`, value: p50Ms },
        { name: `${name}: p99`, value: p99Ms },
      ]),
    }),
  };
}

async function measure(
  subject: Subject,
  { kafka }: LatencyOptions,
  prepared: PreparedStates,
  perSecond: number,
  seconds: number,
): Promise<LatencyReport> {
  const producer = await IdempotentProducer.connect(kafka, { lingerMs: 0 });
  const running = await subject.start();
  const acknowledged = new Map<string, number>();
  const visible = new Map<string, number>();
  const over = new AbortController();
  let reading: Promise<void> = Promise.resolve();
  const consumer = await Consumer.connect(kafka, { fromBeginning: false });
  try {
    await running.ready;
    const partitions = await consumer.partitionsOf(subject.states);
    const ends = await Promise.all(
      Array.from({ length: partitions }, (_, partition) => consumer.watermarks(subject.states, partition, 10_000)),
    );
    consumer.assign(ends.map(({ high }, partition) => ({ topic: subject.states, partition, offset: high })));
    reading = (async () => {
      while (!over.signal.aborted) {
        const records = await consumer.poll(1_000, 50);
        const atMs = systemClock.monotonicMs();
        for (const { key } of records) if (key !== null && !visible.has(key)) visible.set(key, atMs);
      }
    })();
    const onAcknowledged = (key: string, atMs: number) => {
      acknowledged.set(key, atMs);
    };
    const common = { producer, topic: subject.input, perSecond };
    const warm = await sendSteadily({ ...common, prepared, seconds: warmUpSeconds });
    const from = { ...prepared, sent: prepared.sent + warm };
    const counted = await sendSteadily({ ...common, prepared: from, seconds, onAcknowledged });
    const deadline = systemClock.monotonicMs() + missingAfterMs;
    const missing = () => [...acknowledged.keys()].filter((key) => !visible.has(key)).length;
    while (missing() > 0 && systemClock.monotonicMs() < deadline) await systemClock.sleep(50);
    if (missing() > 0) throw new Error(`${subject.name}: ${missing()} of ${counted} callbacks never became visible`);
    const values = latencies(acknowledged, visible);
    const rounded = (p: number) => Math.round(percentile(values, p) * 10) / 10;
    return { callbacks: counted, p50Ms: rounded(0.5), p99Ms: rounded(0.99), maxMs: rounded(1) };
  } finally {
    over.abort();
    await reading.catch(() => {});
    await consumer.close();
    await producer.close();
    await running.stop('SIGTERM');
  }
}

/** Milliseconds per key; 0 where this process heard of the state before it heard of the acknowledgement. */
export function latencies(from: ReadonlyMap<string, number>, to: ReadonlyMap<string, number>): number[] {
  return [...from].map(([key, atMs]) => Math.max(0, (to.get(key) ?? Number.POSITIVE_INFINITY) - atMs));
}
