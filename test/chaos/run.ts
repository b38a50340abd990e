import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as passed } from 'node:timers/promises';
import { stringify } from 'yaml';
import { readStates } from '../../cli/demo/read-states.ts';
import { applyTopics } from '../../cli/topic-plan.ts';
import { connectRegistry } from '../../connectors/avro/index.ts';
import { Admin, Consumer } from '../../connectors/kafka/index.ts';
import type { SessionState } from '../../schemas/generated/SessionState.ts';
import type { VideoState } from '../../schemas/generated/VideoState.ts';
import { readSettings } from '../../schemas/settings.ts';
import { eventually } from '../support/eventually.ts';
import { type ChaosCluster, startChaosCluster } from './cluster.ts';
import { Fleet, instances } from './fleet.ts';
import { type Load, startLoad } from './load.ts';
import { mixPolicies, playEvening, playTimed } from './mix.ts';
import { judge, judgeStates } from './oracle.ts';
import { readOutputs } from './outputs.ts';
import { type Lane, type Schedule, scheduleOf } from './schedule.ts';
import { type Struck, strike } from './strike.ts';

export type ChaosOptions = {
  readonly seed: number;
  /** How long load and faults last; the start, catching up and the judgement come on top. */
  readonly seconds: number;
  /** One broker behind a proxy that cuts connections, or three with replication 3 and min in-sync 2. */
  readonly nodes: 1 | 3;
  /** Of each of the three instances. Default 1. */
  readonly processes?: number;
  /** Kafka's jars. */
  readonly jars: string;
  readonly registryUrl: string;
  /** Its own: logs and stores stay there. */
  readonly folder: string;
  /** What faults there are. Default: all, but those of the network only where there is a proxy. */
  readonly lanes?: readonly Lane[];
  /** Instead of the seed's. */
  readonly schedule?: Schedule;
  readonly say?: (line: string) => void;
};

export type ChaosReport = {
  readonly seed: number;
  readonly struck: Struck;
  /** What the processors did about it: how often each answer of `recover` was given, by their logs. */
  readonly answers: ReadonlyMap<string, number>;
  /** What the processors said about being ready, with seconds since the start. */
  readonly readiness: readonly string[];
  /** Distinct callbacks, and records with their copies. */
  readonly callbacks: number;
  readonly records: number;
  readonly videos: number;
  readonly sessions: number;
  readonly jobs: number;
  readonly compositions: number;
  readonly letters: number;
  /** From the last fault and callback until every record was processed. */
  readonly catchUpSeconds: number;
  /** What is wrong; empty when all is as the ledger says. */
  readonly differences: readonly string[];
};

const prefix = 'chaos.';
const sessionTimeoutMs = 3_000;
const catchUpMs = 90_000;
const usualAwayMs = 5_000;

/**
 * Three processor processes on real brokers under load while the seed's schedule strikes: three processes under
 * fire, one at the end. Then the topics must hold what the emulator's ledger says.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, seconds, nodes, folder, say = () => {} } = options;
  const startedMs = performance.now();
  const startedAtMs = Date.now();
  const tell = (line: string) => say(`${((performance.now() - startedMs) / 1000).toFixed(1)} s ${line}`);
  const lanes = options.lanes ?? (nodes === 1 ? ['processes', 'brokers', 'network'] : ['processes', 'brokers']);
  const schedule = options.schedule ?? scheduleOf({ seed, seconds, sessionTimeoutMs, lanes });
  const closing: (() => Promise<unknown>)[] = [];
  try {
    await mkdir(join(folder, 'home'), { recursive: true });
    const cluster = await startChaosCluster({ jars: options.jars, folder, nodes });
    closing.unshift(() => cluster.stop());
    const settings = await configure(options, cluster);
    const admin = await Admin.connect({ brokers: cluster.brokers, clientId: 'chaos-oracle' });
    closing.unshift(async () => admin.close());
    // It never joins: an admin client's way of asking for a group's offsets ends the process after an outage.
    const group = await Consumer.connect(
      { brokers: cluster.brokers, clientId: 'chaos-oracle' },
      { groupId: `${prefix}video` },
    );
    closing.unshift(() => group.close());
    const { LIVE2VOD_PARTITIONS: partitions } = readSettings(settings);
    await applyTopics(admin, readSettings(settings));

    const fleet = new Fleet({ folder, settings });
    closing.unshift(() => fleet.close());
    for (const instance of instances) fleet.start(instance);
    const load = await startLoad({ brokers: cluster.brokers, topic: `${prefix}callbacks`, seed });
    closing.unshift(() => load.stop());
    const ready = () => instances.every((instance) => fleet.wasReady(instance));
    await eventually(ready, { timeoutMs: 180_000, intervalMs: 200 });

    playEvening(load.emulator, seconds);
    tell('three processes under load');
    const signal = AbortSignal.timeout(seconds * 1000);
    const [struck] = await Promise.all([
      strike(schedule, { cluster, fleet, say: tell }, signal),
      playTimed(load.emulator, { seconds, awayMs: longestAwayMs(schedule), signal }),
      sendUnusable(load, signal),
    ]);

    tell('the faults are over');
    const overMs = performance.now();
    await Promise.all([load.emulator.whenQuiet(), fleet.stop('b'), fleet.stop('c')]);
    const ledger = load.emulator.ledger();
    const known = { ledger, unusable: load.unusable() };
    const settled = async () => {
      if (!(await allConsumed(admin, group, partitions))) throw new Error('callbacks are left to be processed');
      const [first] = judgeStates(ledger, await statesNow(cluster.brokers, options.registryUrl));
      if (first !== undefined) throw new Error(first);
    };
    // Not so in time: the judgement below says what is wrong.
    await eventually(settled, { timeoutMs: catchUpMs, intervalMs: 1_000 }).catch((error: unknown) =>
      tell(String(error)),
    );
    const catchUpSeconds = (performance.now() - overMs) / 1000;
    tell('all records are processed');
    let outputs = await readOutputs(cluster.brokers, prefix);
    let found = judge(known, outputs);
    // The console consumer gives up early on a busy machine. What is wrong in the topics stays wrong.
    for (let again = 0; again < 2 && found.length > 0; again += 1) {
      tell(`${found.length} differences in ${outputs.videos.length} video states: reading again`);
      outputs = await readOutputs(cluster.brokers, prefix);
      found = judge(known, outputs);
    }
    await fleet.stop('a');
    return {
      seed,
      struck,
      answers: fleet.answers(),
      readiness: fleet.readiness().map(({ atMs, text }) => `${((atMs - startedAtMs) / 1000).toFixed(1)} s ${text}`),
      callbacks: ledger.totals.distinct,
      records: load.published(),
      videos: ledger.videos.length,
      sessions: ledger.sessions.length,
      jobs: outputs.jobs.length,
      compositions: outputs.compositions.length,
      letters: outputs.letters.length,
      catchUpSeconds,
      differences: [...fleet.surprises, ...found],
    };
  } finally {
    for (const close of closing) await close();
  }
}

/** Beyond what every schedule has. */
function longestAwayMs({ brokers }: Schedule): number {
  return Math.max(0, ...brokers.map(({ holdMs }) => holdMs - usualAwayMs));
}

/** One a second, also while the broker is away. */
async function sendUnusable(load: Load, signal: AbortSignal): Promise<void> {
  const sent: Promise<void>[] = [];
  while (!signal.aborted) {
    sent.push(load.sendUnusable());
    await passed(1_000, undefined, { signal }).catch(() => undefined);
  }
  await Promise.all(sent);
}

async function configure(options: ChaosOptions, cluster: ChaosCluster): Promise<Record<string, string>> {
  const file = join(options.folder, 'live2vod.yaml');
  await writeFile(file, stringify({ policies: mixPolicies() }));
  return {
    LIVE2VOD_CONFIG: file,
    LIVE2VOD_TOPIC_PREFIX: prefix,
    LIVE2VOD_PARTITIONS: '6',
    LIVE2VOD_REPLICATION: String(cluster.nodes),
    KAFKA_BROKERS: cluster.processorBrokers,
    KAFKA_SESSION_TIMEOUT_MS: String(sessionTimeoutMs),
    // The load has no spool: what it has sent is in Kafka.
    TIMER_HOLD_SECONDS: '0',
    PROCESSOR_PROCESSES: String(options.processes ?? 1),
    SCHEMA_REGISTRY_URL: options.registryUrl,
  };
}

/** Whether the video processor has committed the ends of its input. */
async function allConsumed(admin: Admin, group: Consumer, partitions: number): Promise<boolean> {
  const at = Array.from({ length: partitions }, (_, partition) => ({ topic: `${prefix}callbacks`, partition }));
  const ends = await admin.endOffsets(at, 'read_committed');
  const committed = await group.committed(at, 5_000);
  const offsets = new Map(committed.map(({ partition, offset }) => [partition, offset ?? 0]));
  return ends.every(({ partition, offset }) => (offsets.get(partition) ?? 0) >= offset);
}

/** A quick look by our own client, to see when it is worth asking Kafka's. */
async function statesNow(brokers: string, registryUrl: string) {
  const kafka = { brokers, clientId: 'chaos-look' };
  const registry = connectRegistry({ url: registryUrl, prefix });
  return {
    videos: await readStates(kafka, `${prefix}video-state`, await registry.codec<VideoState>('video-state')),
    sessions: await readStates(kafka, `${prefix}session-state`, await registry.codec<SessionState>('session-state')),
  };
}
