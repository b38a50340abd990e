import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Admin } from '../../../connectors/kafka/index.ts';
import { startBroker } from '../../../local/index.ts';
import { systemClock } from '../../../platform/host/index.ts';
import { topicsOf } from '../counting.ts';
import type { ChildEvent } from '../counting-child.ts';
import { judgeCounts } from './judge.ts';
import { startLoad } from './load.ts';
import { Workers } from './workers.ts';

export type FreezesOptions = {
  readonly freezes: number;
  /** How long the broker is frozen: between these, milliseconds. Several ranges take turns. */
  readonly ranges: readonly (readonly [number, number])[];
  readonly transactionTimeoutMs: number;
  readonly sessionTimeoutMs: number;
  /** Processes that share the partitions. */
  readonly processes: number;
  /** Each so many freezes one process is stopped and started again, around the freeze. */
  readonly stopEvery: number;
  readonly recordsPerSecond: number;
  /** Kafka's jars. */
  readonly jars: string;
  /** Of the broker; the one behind it is its controller's. */
  readonly port: number;
  readonly folder: string;
  readonly random: () => number;
  readonly say: (line: string) => void;
};

export type FreezesReport = {
  /** From each thaw until records of every partition were counted again, milliseconds. */
  readonly recoveriesMs: readonly number[];
  readonly hungCalls: number;
  /** Processes that ended by themselves. */
  readonly ends: readonly string[];
  readonly stopsMs: readonly number[];
  readonly records: number;
  readonly differences: readonly string[];
};

const partitions = 3;
const keys = 60;
/** Beyond it a freeze counts as one that was not got over. */
const giveUpMs = 180_000;

/**
 * Freezes a single broker (SIGSTOP) again and again under a counting processor at work. The client's worst moments are
 * those in which a transaction or the group's session is just about to time out, so that is where the freezes end.
 */
export async function runFreezes(o: FreezesOptions): Promise<FreezesReport> {
  await mkdir(o.folder, { recursive: true });
  const broker = await startBroker({
    jars: o.jars,
    folder: join(o.folder, 'broker'),
    port: o.port,
    controllerPort: o.port + 1,
  });
  const prefix = 'freezes.';
  const topics = topicsOf(prefix);
  const kafka = { brokers: broker.brokers, clientId: 'freezes' };
  const admin = await Admin.connect(kafka);
  const names = (['callbacks', 'video-state', 'transcode-jobs', 'dead-letters'] as const).map(topics);
  await admin.ensureTopics(names.map((name) => ({ name, partitions })));
  admin.close();

  let hungCalls = 0;
  const moved = new Map<number, number>();
  const log = join(o.folder, 'events.log');
  const startedMs = performance.now();
  const note = (text: string) => appendFile(log, `${((performance.now() - startedMs) / 1000).toFixed(2)} ${text}\n`);
  const onEvent = (instance: string, { event, detail }: ChildEvent) => {
    if (event === 'progress')
      for (const partition of Object.keys(detail as object)) moved.set(Number(partition), performance.now());
    else if (event !== 'transaction') void note(`${instance} ${event} ${JSON.stringify(detail)}`);
    if (event === 'fault' && JSON.stringify(detail).includes('does not return from the call')) hungCalls += 1;
  };
  const instances = Array.from({ length: o.processes }, (_, i) => String.fromCharCode(97 + i));
  const { transactionTimeoutMs, sessionTimeoutMs } = o;
  const workers = new Workers({
    ...{ brokers: broker.brokers, prefix, folder: join(o.folder, 'state'), instances },
    ...{ transactionTimeoutMs, sessionTimeoutMs, onEvent },
  });
  const load = startLoad(kafka, topics('callbacks'), { keys, perSecond: o.recordsPerSecond });

  /** Milliseconds until every partition has moved after now. */
  async function allMove(): Promise<number> {
    const fromMs = performance.now();
    for (;;) {
      const since = [...moved.values()].filter((atMs) => atMs > fromMs).length;
      const tookMs = performance.now() - fromMs;
      if (since === partitions || tookMs > giveUpMs) return tookMs;
      await systemClock.sleep(50);
    }
  }

  const recoveriesMs: number[] = [];
  try {
    await allMove();
    for (let freeze = 0; freeze < o.freezes; freeze++) {
      await systemClock.sleep(1_500 + o.random() * 1_500);
      const [from, to] = o.ranges[freeze % o.ranges.length] ?? [5_000, 5_000];
      const holdMs = from + o.random() * (to - from);
      void note(`freeze ${freeze + 1}: ${Math.round(holdMs)} ms`);
      broker.freeze();
      let stopping: Promise<void> | undefined;
      const stops = o.stopEvery > 0 && freeze % o.stopEvery === o.stopEvery - 1;
      if (stops) {
        const instance = instances[Math.floor(o.random() * instances.length)] ?? 'a';
        stopping = systemClock.sleep(o.random() * holdMs * 1.3).then(() => workers.restart(instance));
      }
      await systemClock.sleep(holdMs);
      broker.thaw();
      const tookMs = await allMove();
      await stopping;
      recoveriesMs.push(tookMs);
      const slow = tookMs > 30_000 ? ' SLOW' : '';
      void note(`recovered after ${Math.round(tookMs)} ms${slow}`);
      o.say(
        `${freeze + 1}/${o.freezes}: frozen for ${(holdMs / 1000).toFixed(1)} s${stops ? ', a stop' : ''}, at work again after ${(tookMs / 1000).toFixed(1)} s${slow}; ${hungCalls} hung calls, ${workers.ends.length} ends`,
      );
    }
    await load.stop();
    // What is still on its way: two seconds without progress after all has moved.
    let quietSinceMs = performance.now();
    while (performance.now() - quietSinceMs < 8_000) {
      quietSinceMs = Math.max(quietSinceMs, ...moved.values());
      await systemClock.sleep(200);
    }
    await workers.end();
    const judged = await judgeCounts(broker.brokers, {
      input: topics('callbacks'),
      states: topics('video-state'),
      copies: topics('transcode-jobs'),
    });
    return { recoveriesMs, hungCalls, ends: workers.ends, stopsMs: workers.stopsMs, ...judged };
  } finally {
    await load.stop();
    await workers.end();
    await broker.kill9();
  }
}
