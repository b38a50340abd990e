/**
 * `live2vod bench outage`: a sink process under steady load while ClickHouse is killed and stays away: its memory before,
 * during and after, how long it takes to catch up, and whether what ClickHouse then holds is what was published.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectRegistry } from '../connectors/avro/index.ts';
import { Admin } from '../connectors/kafka/index.ts';
import { type SpawnedClickhouse, spawnClickhouseRole } from '../local/index.ts';
import { memoryOf, systemClock } from '../platform/host/index.ts';
import type { VideoState } from '../schemas/generated/VideoState.ts';
import { topicName } from '../schemas/topics.ts';
import { catchUp, type Held, heldInTheEnd } from './outage-counts.ts';
import { type Published, startLoad } from './outage-load.ts';
import { lineChart } from './plot.ts';
import { newPrefix } from './prefix.ts';
import { type RunningRole, startRole } from './role-process.ts';

export type OutageOptions = {
  readonly brokers: string;
  readonly registryUrl: string;
  /** How long ClickHouse is away. Default 600; a tenth of it, at least 10, is measured before it. */
  readonly seconds?: number;
  /** Callbacks, and as many states. Default 500. */
  readonly perSecond?: number;
  readonly print: (line: string) => void;
};

/** Most of a phase, whole process, MB. */
export type PhaseMemory = { readonly residentMb: number; readonly privateMb: number };

export type OutageResult = {
  readonly outageSeconds: number;
  readonly perSecond: number;
  readonly memory: Readonly<Record<Phase, PhaseMemory>>;
  /** From ClickHouse's first answer until it held all that had been published by then; null: it never did. */
  readonly catchUpSeconds: number | null;
  readonly published: Published;
  readonly held: Held;
  readonly lost: number;
  readonly twice: number;
  readonly passed: boolean;
  readonly svg: string;
};

const phases = ['before', 'during', 'after'] as const;
type Phase = (typeof phases)[number];

export async function benchOutage(options: OutageOptions): Promise<OutageResult> {
  const { print, seconds = 600, perSecond = 500 } = options;
  const prefix = newPrefix();
  const kafka = { brokers: options.brokers, clientId: 'live2vod-bench' };
  const topics = (['callbacks', 'video-state', 'session-state', 'dead-letters'] as const).map((id) =>
    topicName(prefix, id),
  );
  const codec = await connectRegistry({ url: options.registryUrl, prefix }).codec<VideoState>('video-state');
  const folder = await mkdtemp(join(tmpdir(), 'live2vod-bench-'));
  const admin = await Admin.connect(kafka);
  try {
    await admin.ensureTopics(topics.map((name) => ({ name, partitions: 6 })));
    const data = join(folder, 'clickhouse');
    let role: SpawnedClickhouse = await spawnClickhouseRole({ folder: data });
    const port = Number(new URL(role.url).port);
    try {
      const { url, user, password } = role.access;
      const access = { CLICKHOUSE_URL: url, CLICKHOUSE_USER: user, CLICKHOUSE_PASSWORD: password };
      // Of several processes the memory would be that of their supervisor.
      const settings = { ...access, SINK_PROCESSES: '1' };
      const sink = await startRole('sink', { ...options, prefix, folder, settings });
      const samples = sampleMemory(sink.pid);
      try {
        await sink.ready;
        const [callbacks = '', states = ''] = topics;
        const load = await startLoad({ kafka, callbacks, states, codec, perSecond });
        try {
          const around = Math.max(10, Math.round(seconds / 10));
          await systemClock.sleep(around * 1_000);
          await role.kill();
          samples.enter('during');
          print(`ClickHouse is killed, ${load.sent()} callbacks were sent before`);
          await systemClock.sleep(seconds * 1_000);
          role = await spawnClickhouseRole({ folder: data, port });
          samples.enter('after');
          print(`ClickHouse is back after ${seconds} s, ${load.sent()} callbacks were sent`);
          const catchingUp = catchUp(role, load.sent());
          await Promise.all([catchingUp, systemClock.sleep(around * 1_000)]);
          const published = await load.stop();
          const held = await heldInTheEnd(role, published);
          const memory = samples.most();
          const lost = published.callbacks - held.distinct;
          const twice = held.callbacks - held.distinct;
          const whole = held.videos === published.videos && held.revisions === published.revisions;
          const catchUpSeconds = await catchingUp;
          const passed = lost === 0 && twice === 0 && whole && catchUpSeconds !== null;
          for (const phase of phases) {
            const { residentMb, privateMb } = memory[phase];
            print(`${phase.padEnd(7)} at most ${residentMb} MB resident, ${privateMb} MB private`);
          }
          print(
            `caught up ${catchUpSeconds === null ? 'never' : `in ${catchUpSeconds.toFixed(1)} s`}, still under load`,
          );
          print(`published ${said(published)}`);
          print(`held      ${said(held)}; ${lost} lost, ${twice} twice: ${passed ? 'equal' : 'DIFFERENT'}`);
          const svg = lineChart({
            title: `Memory of the sink at ${perSecond} callbacks/s, ClickHouse away for ${seconds} s`,
            x: 'seconds',
            y: 'MB',
            lines: samples.lines(),
          });
          return {
            outageSeconds: seconds,
            perSecond,
            memory,
            catchUpSeconds,
            published,
            held,
            lost,
            twice,
            passed,
            svg,
          };
        } finally {
          await load.stop().catch(() => {});
        }
      } finally {
        samples.end();
        await endedWell(sink);
      }
    } finally {
      await role.stop();
    }
  } finally {
    for (const name of topics) await admin.deleteTopic(name).catch(() => {});
    admin.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function endedWell(sink: RunningRole): Promise<void> {
  const code = await sink.stop('SIGTERM');
  if (code !== 0) throw new Error(`the sink ended with ${code}`);
}

const said = (counts: Published) =>
  `${counts.callbacks} callbacks, ${counts.videos} videos with ${counts.revisions} revisions`;

/** Once a second, the whole process: V8's heap, buffers, and what librdkafka has fetched. */
function sampleMemory(pid: number) {
  const beganMs = systemClock.monotonicMs();
  const samples: { readonly at: number; readonly phase: Phase; readonly memory: PhaseMemory }[] = [];
  let phase: Phase = 'before';
  const end = systemClock.every(1_000, () => {
    const memory = memoryOf(pid);
    if (memory) samples.push({ at: (systemClock.monotonicMs() - beganMs) / 1_000, phase, memory });
  });
  const most = (of: Phase, which: keyof PhaseMemory) =>
    Math.max(...samples.filter((sample) => sample.phase === of).map(({ memory }) => memory[which]));
  const both = (of: Phase): PhaseMemory => ({ residentMb: most(of, 'residentMb'), privateMb: most(of, 'privateMb') });
  return {
    end,
    enter(next: Phase): void {
      phase = next;
    },
    most: (): Record<Phase, PhaseMemory> => ({
      before: both('before'),
      during: both('during'),
      after: both('after'),
    }),
    lines: () =>
      (['residentMb', 'privateMb'] as const).map((name) => ({
        name: name === 'residentMb' ? 'resident' : 'private',
        points: samples.map(({ at, memory }) => [at, memory[name]] as const),
      })),
  };
}
