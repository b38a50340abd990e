/**
 * `live2vod bench ingress`: callbacks per second with a durable acknowledgement, and their latency at half that load,
 * against bare Fastify answering 200 to the same requests in the same run, and against bare Fastify and the bare Kafka client,
 * which tells what of the difference is durability's own. The load generator and the broker share the machine with all of
 * them, so only the ratios mean anything elsewhere, and what the three take of its CPU.
 */
import { type Judged, judged, type Outcome } from './budgets.ts';
import { type Load, load, openWorkplace, startTarget, type Workplace } from './ingress-load.ts';
import type { ServerName } from './ingress-target.ts';
import { medianBy } from './statistics.ts';
import { takenBy } from './subject.ts';

export type IngressBenchOptions = {
  readonly brokers: string;
  /** Of the broker, where this command has started it: else its CPU isn't known. */
  readonly brokerPid?: number | undefined;
  /** Per measurement. Default 6. */
  readonly seconds?: number;
  /** The servers are measured in turns that often; medians count. Default 3. */
  readonly rounds?: number;
  /** Requests on their way at once: enough to hide the acknowledgement's latency. Default 256. */
  readonly connections?: number;
  readonly print: (line: string) => void;
};

/** Microseconds of CPU per callback, of all threads; NaN where it isn't known. */
export type CpuShares = { readonly server: number; readonly broker: number; readonly generator: number };

type Side = { readonly full: Load; readonly half: Load; readonly cpuUs: CpuShares };

export type IngressBenchResult = Outcome & {
  readonly bare: Side;
  readonly delivered: Side;
  readonly durable: Side;
  /** Durable callbacks per second over bare ones. */
  readonly throughputRatio: number;
  /** The same over those of bare Fastify and the bare client. */
  readonly deliveredRatio: number;
  /** At half load. */
  readonly p99Ms: number;
  readonly answered200: number;
  readonly inKafka: number;
  readonly budgets: readonly Judged[];
};

const warmUpSeconds = 3;
const names = { bare: 'bare Fastify', delivered: 'bare Fastify and client', durable: 'durable' } as const;

export async function benchIngress(options: IngressBenchOptions): Promise<IngressBenchResult> {
  const { rounds = 3, seconds = 6, connections = 256, brokerPid, print } = options;
  const workplace = await openWorkplace(options.brokers);
  // Of its own: what the ingress has published is counted.
  const floorsWorkplace = await openWorkplace(options.brokers);
  const placeOf = (name: ServerName): Workplace => (name === 'durable' ? workplace : floorsWorkplace);
  const sides: Record<ServerName, Side[]> = { bare: [], delivered: [], durable: [] };
  let answered200 = 0;
  try {
    // A broker that has just started compiles itself while it serves: that isn't measured.
    const first = await startTarget('durable', workplace.settings);
    answered200 += (await load(first.address, { seconds: 2 * warmUpSeconds, connections })).answered200;
    await first.stop();
    for (let round = 1; round <= rounds; round += 1) {
      for (const name of ['bare', 'delivered', 'durable'] as const) {
        const { side, answered } = await measured(name, placeOf(name), { brokerPid, seconds, connections });
        sides[name].push(side);
        if (name === 'durable') answered200 += answered;
        print(`round ${round} ${names[name].padEnd(23)} full ${described(side.full)}; half ${described(side.half)}`);
      }
    }
    const [bare, delivered, durable] = [median(sides.bare), median(sides.delivered), median(sides.durable)];
    const throughputRatio = durable.full.perSecond / bare.full.perSecond;
    const deliveredRatio = durable.full.perSecond / delivered.full.perSecond;
    const inKafka = await workplace.published();
    const lost = Math.max(0, answered200 - inKafka);
    for (const [name, side] of Object.entries({ bare, delivered, durable }) as [ServerName, Side][])
      print(`${names[name].padEnd(23)} ${side.full.perSecond}/s; µs of CPU per callback: ${shares(side.cpuUs)}`);
    print(
      `durable / bare Fastify ${throughputRatio.toFixed(2)}, / bare Fastify and client ${deliveredRatio.toFixed(2)}: the rest is durability's own`,
    );
    print(
      `at half load: p50 ${durable.half.p50Ms} ms, p99 ${durable.half.p99Ms} ms, max ${durable.half.maxMs} ms; p99 of bare Fastify ${bare.half.p99Ms} ms, and client ${delivered.half.p99Ms} ms`,
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
    return { bare, delivered, durable, throughputRatio, deliveredRatio, p99Ms, answered200, inKafka, ...verdict };
  } finally {
    await workplace.remove();
    await floorsWorkplace.remove();
  }
}

/** One server, started for it: warmed up, under full load, under half of that. */
async function measured(
  name: ServerName,
  { settings }: Workplace,
  { brokerPid, seconds, connections }: Required<Pick<IngressBenchOptions, 'brokerPid' | 'seconds' | 'connections'>>,
): Promise<{ readonly side: Side; readonly answered: number }> {
  const target = await startTarget(name, settings);
  const warm = await load(target.address, { seconds: warmUpSeconds, connections });
  const before = await spent(target.pid, brokerPid);
  const full = await load(target.address, { seconds, connections });
  const after = await spent(target.pid, brokerPid);
  const half = await load(target.address, { seconds, connections, perSecond: Math.ceil(full.perSecond / 2) });
  await target.stop();
  const cpuUs = perCallback(before, after, full.answered200);
  return { side: { full, half, cpuUs }, answered: warm.answered200 + full.answered200 + half.answered200 };
}

/** CPU that the three have taken since they began, microseconds. The load is made by this process. */
async function spent(serverPid: number, brokerPid: number | undefined): Promise<CpuShares> {
  const { user, system } = process.cpuUsage();
  return {
    server: (await takenBy(serverPid)).cpuUs,
    broker: brokerPid === undefined ? Number.NaN : (await takenBy(brokerPid)).cpuUs,
    generator: user + system,
  };
}

/** To a tenth of a microsecond. */
export function perCallback(before: CpuShares, after: CpuShares, callbacks: number): CpuShares {
  const share = (of: keyof CpuShares) => Math.round(((after[of] - before[of]) / callbacks) * 10) / 10;
  return { server: share('server'), broker: share('broker'), generator: share('generator') };
}

export const shares = (of: CpuShares): string =>
  (['server', 'broker', 'generator'] as const)
    .map((name) => `${name} ${Number.isNaN(of[name]) ? 'not known' : of[name]}`)
    .join(', ');

const described = (of: Load) =>
  `${of.perSecond}/s p50 ${of.p50Ms} p99 ${of.p99Ms} max ${of.maxMs} ms${of.others > 0 ? ` (${of.others} not 200)` : ''}`;

/** The round with the median throughput. */
const median = (sides: readonly Side[]): Side => medianBy(sides, ({ full }) => full.perSecond);
