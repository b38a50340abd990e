/**
 * `live2vod bench ingress`: callbacks per second with a durable acknowledgement, and their latency at half that load,
 * against bare Fastify answering 200 to the same requests in the same run, and against bare Fastify and the bare Kafka client,
 * which tells what of the difference is durability's own. Each in one process and in two on one port: the quicker of each counts. The load generator and the broker share the machine with all of
 * them, so only the ratios mean anything elsewhere, and what the three take of its CPU.
 */
import { type Judged, judged, type Outcome } from './budgets.ts';
import { type Load, load, openWorkplace, type Workplace, warmUp } from './ingress-load.ts';
import { type Servers, startServers, titleOf } from './ingress-servers.ts';
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

export type Side = { readonly full: Load; readonly half: Load; readonly cpuUs: CpuShares };
/** Medians of a server, in one process first, then in two. */
export type InOneAndTwo = readonly [one: Side, two: Side];

export type IngressBenchResult = Outcome & {
  readonly bare: InOneAndTwo;
  readonly delivered: InOneAndTwo;
  readonly durable: InOneAndTwo;
  /** Durable callbacks per second over bare ones, each in the number of processes that is quicker. */
  readonly throughputRatio: number;
  /** The same over those of bare Fastify and the bare client. */
  readonly deliveredRatio: number;
  /** At half load, in the number of processes that counts. */
  readonly p99Ms: number;
  readonly answered200: number;
  readonly inKafka: number;
  readonly budgets: readonly Judged[];
};

const names: readonly ServerName[] = ['bare', 'delivered', 'durable'];
const processCounts = [1, 2] as const;

export async function benchIngress(options: IngressBenchOptions): Promise<IngressBenchResult> {
  const { rounds = 3, seconds = 6, connections = 256, brokerPid, print } = options;
  const workplace = await openWorkplace(options.brokers);
  // Of its own: what the ingress has published is counted.
  const floorsWorkplace = await openWorkplace(options.brokers);
  const placeOf = (name: ServerName): Workplace => (name === 'durable' ? workplace : floorsWorkplace);
  const sides: Record<ServerName, [Side[], Side[]]> = { bare: [[], []], delivered: [[], []], durable: [[], []] };
  let answered200 = 0;
  try {
    // A broker that has just started compiles itself while it serves: that isn't measured.
    const first = await startServers('durable', 1, workplace);
    try {
      answered200 += await warmUp(first, connections);
    } finally {
      await first.stop();
    }
    for (let round = 1; round <= rounds; round += 1) {
      for (const name of names) {
        for (const processes of processCounts) {
          const servers = await startServers(name, processes, placeOf(name));
          const { side, answered } = await measured(servers, { brokerPid, seconds, connections });
          sides[name][processes - 1]?.push(side);
          if (name === 'durable') answered200 += answered;
          print(`round ${round} ${servers.name.padEnd(26)} full ${described(side.full)}; half ${described(side.half)}`);
        }
      }
    }
    const inKafka = await workplace.published();
    return summedUp(
      { bare: medians(sides.bare), delivered: medians(sides.delivered), durable: medians(sides.durable) },
      { answered200, inKafka },
      print,
    );
  } finally {
    await workplace.remove();
    await floorsWorkplace.remove();
  }
}

/** The budgets are those of the quicker number of processes, on both sides. */
export function summedUp(
  sides: Readonly<Record<ServerName, InOneAndTwo>>,
  counted: { readonly answered200: number; readonly inKafka: number },
  print: (line: string) => void,
): IngressBenchResult {
  for (const name of names)
    for (const processes of processCounts) {
      const side = sides[name][processes - 1] as Side;
      const title = titleOf(name, processes).padEnd(26);
      print(`${title} ${side.full.perSecond}/s; µs of CPU per callback: ${shares(side.cpuUs)}`);
      print(
        `${' '.repeat(26)} at half load: p50 ${side.half.p50Ms} ms, p99 ${side.half.p99Ms} ms, max ${side.half.maxMs} ms`,
      );
    }
  const [bare, delivered, durable] = [quicker(sides.bare), quicker(sides.delivered), quicker(sides.durable)];
  const throughputRatio = durable.full.perSecond / bare.full.perSecond;
  const deliveredRatio = durable.full.perSecond / delivered.full.perSecond;
  const { answered200, inKafka } = counted;
  const lost = Math.max(0, answered200 - inKafka);
  print(
    `the quicker number of processes of each: durable / bare Fastify ${throughputRatio.toFixed(2)}, / bare Fastify and client ${deliveredRatio.toFixed(2)}: the rest is durability's own`,
  );
  print(`answered 200: ${answered200}, in Kafka: ${inKafka}, lost: ${lost}`);
  const { others } = durable.full;
  if (others > 0)
    print(
      `of durable ${others} were answered otherwise: with 429 its rate limits bind, and its rate is what they allow`,
    );
  const { p99Ms } = durable.half;
  const verdict = judged(
    [
      { name: 'durable / bare Fastify', value: throughputRatio, least: 0.65 },
      { name: 'p99 at half load', value: p99Ms, unit: 'ms', most: 20 },
      { name: 'answered 200 and lost', value: lost, most: 0 },
    ],
    print,
  );
  return { ...sides, throughputRatio, deliveredRatio, p99Ms, answered200, inKafka, ...verdict };
}

const quicker = ([one, two]: InOneAndTwo): Side => (two.full.perSecond > one.full.perSecond ? two : one);

/** Warmed up, under full load, under half of that; then stopped, also where it failed. */
async function measured(
  servers: Servers,
  { brokerPid, seconds, connections }: Required<Pick<IngressBenchOptions, 'brokerPid' | 'seconds' | 'connections'>>,
): Promise<{ readonly side: Side; readonly answered: number }> {
  try {
    const warmedBy = await warmUp(servers, connections);
    const before = await spent(servers, brokerPid);
    const full = await load(servers, { seconds, connections });
    const after = await spent(servers, brokerPid);
    const half = await load(servers, { seconds, connections, perSecond: Math.ceil(full.perSecond / 2) });
    const cpuUs = perCallback(before, after, full.answered200);
    return { side: { full, half, cpuUs }, answered: warmedBy + full.answered200 + half.answered200 };
  } finally {
    await servers.stop();
  }
}

/** CPU that the three have taken since they began, microseconds. The load is made by this process. */
async function spent(servers: Servers, brokerPid: number | undefined): Promise<CpuShares> {
  const { user, system } = process.cpuUsage();
  return {
    server: await servers.spentUs(),
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

/** Of each number of processes the round with the median throughput. */
const medians = ([one, two]: readonly [readonly Side[], readonly Side[]]): InOneAndTwo => [
  medianBy(one, ({ full }) => full.perSecond),
  medianBy(two, ({ full }) => full.perSecond),
];
