/**
 * `live2vod bench memory`: private memory (RssAnon) of all processes of the role over time with many videos of state: while it restores
 * them all from the topic, and during steady work on videos all over the store.
 */
import { IdempotentProducer } from '../connectors/kafka/index.ts';
import { systemClock } from '../platform/host/index.ts';
import { type Budget, type Judged, judged, type Outcome } from './budgets.ts';
import { memoryLoad } from './loads.ts';
import { lineChart } from './plot.ts';
import { progressOf } from './progress.ts';
import { type RestoreOptions, subjectsOf } from './restore.ts';
import { keep, type PreparedStates, prepareStates } from './states.ts';
import { sendSteadily } from './steady.ts';
import { type Subject, takenBy } from './subject.ts';

export type MemoryOptions = RestoreOptions & {
  /** Steady load after the restore. Default 2,000. */
  readonly perSecond?: number;
  /** Default 60. */
  readonly seconds?: number;
};

export type MemoryReport = {
  /** Most while it restored, and most while it worked, MB. */
  readonly restoreMaxMb: number;
  readonly steadyMaxMb: number;
  readonly endMb: number;
  /** CPU of all of its processes per callback that it processed of the steady load, µs: what little memory costs. */
  readonly cpuUs: number;
  /** Load that it had not yet processed when the last of it was sent, in seconds of its rate. */
  readonly leftSeconds: number;
  /** Seconds from the start, MB. */
  readonly samples: readonly (readonly [number, number])[];
};

export type MemoryResult = Outcome & {
  readonly videos: number;
  readonly perSecond: number;
  readonly sides: Readonly<Record<string, MemoryReport>>;
  readonly budgets: readonly Judged[];
  readonly svg: string;
};

/** Of all processor processes together, at work. */
const budgetMb = 512;
/** Who is further behind did not hold the load, and its memory and CPU say nothing of it. */
const mostLeftSeconds = 5;

export async function benchMemory(options: MemoryOptions): Promise<MemoryResult> {
  const { perSecond = memoryLoad.perSecond, seconds = memoryLoad.seconds, print } = options;
  const sent = Math.round(perSecond * seconds);
  const prepared = await prepareStates(options, sent);
  await keep(options, { ...prepared, sent: prepared.sent + sent });
  const sides: Record<string, MemoryReport> = {};
  for (const subject of subjectsOf(options, prepared)) {
    const report = await measure(subject, options, prepared, perSecond, seconds);
    sides[subject.name] = report;
    const { restoreMaxMb, steadyMaxMb, endMb, cpuUs, leftSeconds } = report;
    print(
      `${subject.name.padEnd(13)} at most ${restoreMaxMb} MB while restoring, ${steadyMaxMb} MB at ${perSecond} callbacks/s, ${endMb} MB at the end, ${cpuUs} µs of CPU a callback, ${leftSeconds} s of load left`,
    );
  }
  return {
    videos: options.videos,
    perSecond,
    sides,
    ...judged(memoryBudgets(sides, perSecond), print),
    svg: lineChart({
      title: `Private memory, ${options.videos} videos: full restore, then ${perSecond} callbacks/s`,
      x: 'seconds from the start of the process',
      y: 'MB',
      lines: Object.entries(sides).map(([name, { samples }]) => ({ name, points: samples })),
    }),
  };
}

/** Memory of ours, the first side; and that each side kept up with the load. */
export function memoryBudgets(
  sides: Readonly<Record<string, Pick<MemoryReport, 'steadyMaxMb' | 'leftSeconds'>>>,
  perSecond: number,
): Budget[] {
  const [ours] = Object.values(sides);
  const name = `private memory at ${perSecond} callbacks/s`;
  const held = { name, value: ours?.steadyMaxMb ?? Number.NaN, unit: 'MB', most: budgetMb };
  const kept = Object.entries(sides).map(([side, { leftSeconds }]) => {
    return { name: `${side} kept up, but for`, value: leftSeconds, unit: 's of load', most: mostLeftSeconds };
  });
  return [held, ...kept];
}

async function measure(
  subject: Subject,
  { kafka }: MemoryOptions,
  prepared: PreparedStates,
  perSecond: number,
  seconds: number,
): Promise<MemoryReport> {
  await subject.wipe();
  const producer = await IdempotentProducer.connect(kafka, { lingerMs: 5 });
  const beganMs = systemClock.monotonicMs();
  const samples: [number, number][] = [];
  let restoredAt = Number.POSITIVE_INFINITY;
  const running = await subject.start();
  const sampling = new AbortController();
  const sampled = (async () => {
    while (!sampling.signal.aborted) {
      const { anonMb } = await takenBy(running.pid);
      samples.push([Math.round((systemClock.monotonicMs() - beganMs) / 100) / 10, Math.round(anonMb * 10) / 10]);
      await systemClock.sleep(500, sampling.signal);
    }
  })();
  try {
    await running.ready;
    restoredAt = (systemClock.monotonicMs() - beganMs) / 1000;
    const before = await progressOf(kafka, subject.group, subject.input);
    const restored = await takenBy(running.pid);
    await sendSteadily({ producer, prepared, topic: subject.input, perSecond, seconds });
    const worked = await takenBy(running.pid);
    const { done, left } = await progressOf(kafka, subject.group, subject.input);
    sampling.abort();
    await sampled;
    const most = (list: readonly [number, number][]) => Math.max(0, ...list.map(([, mb]) => Math.ceil(mb)));
    return {
      restoreMaxMb: most(samples.filter(([at]) => at <= restoredAt)),
      steadyMaxMb: most(samples.filter(([at]) => at > restoredAt)),
      endMb: Math.round(samples.at(-1)?.[1] ?? Number.NaN),
      cpuUs: Math.round(((worked.cpuUs - restored.cpuUs) / (done - before.done)) * 10) / 10,
      leftSeconds: Math.round((left / perSecond) * 10) / 10,
      samples,
    };
  } finally {
    sampling.abort();
    await sampled.catch(() => {});
    await running.stop('SIGTERM');
    await producer.close();
  }
}
