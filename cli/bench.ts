/** Runs a measurement on the set brokers, or on an embedded stack of its own, and keeps its result as JSON. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measureQueries } from '../bench/analytics.ts';
import type { Outcome } from '../bench/budgets.ts';
import { benchConsole } from '../bench/console.ts';
import { benchConsoleQueries } from '../bench/console-queries.ts';
import { benchDomain } from '../bench/domain.ts';
import { type GrowthPart, needsStack } from '../bench/growth/parts.ts';
import { benchGrowth } from '../bench/growth.ts';
import { benchIngress } from '../bench/ingress.ts';
import { soakIngress } from '../bench/ingress-soak.ts';
import { benchLatency } from '../bench/latency.ts';
import { benchMemory } from '../bench/memory.ts';
import { benchOutage } from '../bench/outage.ts';
import { buildPeer } from '../bench/peers/build.ts';
import { benchProcessor } from '../bench/processor.ts';
import { benchRestore, type RestoreOptions } from '../bench/restore.ts';
import { benchRunner } from '../bench/runner.ts';
import { measureSink } from '../bench/sink.ts';
import { startStack } from '../local/index.ts';
import type { ExitCode } from '../platform/exit-code.ts';
import { endSoon, measuredUnlessStopped } from './bench-stop.ts';
import { endpointsOf } from './endpoints.ts';
import { readConfiguration } from './environment.ts';
import { exitCode } from './exit.ts';
import { keepPrivate } from './private-home.ts';

export type BenchOptions = {
  /** How much to do, where the default isn't wanted: seconds of a soak, videos, records or callbacks. */
  readonly size?: number;
  /** False leaves the Kafka Streams peer out. */
  readonly peer: boolean;
  /** Of `growth`: this part alone. */
  readonly only?: GrowthPart;
  readonly signal: AbortSignal;
};

type Place = {
  readonly brokers: string;
  readonly registryUrl: string;
  readonly home: string;
  /** Of the broker that this command has started. */
  readonly brokerPid?: number | undefined;
};
type Measurement = (place: Place, options: BenchOptions) => Promise<Outcome>;

const print = (line: string) => console.log(line);

/** `{ [name]: size }` where a size was asked for. */
const sized = <Name extends string>(name: Name, size: number | undefined) =>
  (size === undefined ? {} : { [name]: size }) as { readonly [Key in Name]?: number };

export const measurements: Readonly<Record<string, Measurement>> = {
  domain: (_place, { size }) => benchDomain({ print, ...sized('videos', size) }),
  growth: ({ brokers, registryUrl, home }, { size, only, signal }) =>
    benchGrowth({
      kafka: { brokers, clientId: 'live2vod-bench' },
      registryUrl,
      folder: join(home, 'bench', 'growth'),
      print,
      signal,
      ...sized('videos', size),
      ...(only === undefined ? {} : { only }),
    }),
  ingress: ({ brokers, brokerPid }, { size }) => benchIngress({ brokers, brokerPid, print, ...sized('seconds', size) }),
  'ingress-faults': async ({ home }, { size }) => {
    // Loaded when asked for: it uses what the tests send with, which an image may leave out.
    const { ingressFaults } = await import('../bench/ingress-faults.ts');
    return await ingressFaults({ jars: join(home, 'jars'), print, ...sized('faults', size) });
  },
  soak: ({ brokers }, { size }) => soakIngress({ brokers, print, ...sized('seconds', size) }),
  processor: async (place, { size, peer }) =>
    benchProcessor({
      ...place,
      print,
      ...sized('videos', size),
      ...(peer ? { peer: await buildPeer(place.home, print) } : {}),
    }),
  restore: async (place, options) => benchRestore(await onStates(place, options)),
  memory: async (place, options) => benchMemory(await onStates(place, options)),
  latency: async (place, options) => benchLatency(await onStates(place, options)),
  runner: ({ brokers }, { size, signal }) => benchRunner({ brokers, print, signal, ...sized('jobs', size) }),
  sink: ({ brokers, registryUrl }, { size }) => measureSink({ brokers, registryUrl, print, ...sized('videos', size) }),
  outage: ({ brokers, registryUrl }, { size }) =>
    benchOutage({ brokers, registryUrl, print, ...sized('seconds', size) }),
  console: ({ brokers }, { size }) => benchConsole({ brokers, print, ...sized('seconds', size) }),
  'console-queries': (_place, { size }) => benchConsoleQueries({ print, ...sized('videos', size) }),
  queries: (_place, { size }) => measureQueries({ print, ...sized('callbacks', size) }),
};

/** What the measurements on many videos have in common. */
async function onStates(
  { brokers, registryUrl, home }: Place,
  { size, peer, signal }: BenchOptions,
): Promise<RestoreOptions> {
  return {
    kafka: { brokers, clientId: 'live2vod-bench' },
    registryUrl,
    folder: join(home, 'bench'),
    videos: size ?? 1_000_000,
    print,
    signal,
    ...(peer ? { peer: await buildPeer(home, print) } : {}),
  };
}

/**
 * Keeps the figures as JSON and each plot as a picture; `file` has no ending. Of a part alone the figures have a file of their
 * own. Gives the exit code of the run.
 */
export function conclude(file: string, outcome: Outcome, part?: string): ExitCode {
  const { svg, ...figures } = outcome;
  const json = `${file}${part === undefined ? '' : `-${part}`}.json`;
  writeFileSync(json, `${JSON.stringify(figures, null, 2)}\n`);
  print(`the result as JSON: ${json}`);
  const plots = typeof svg === 'string' ? [['', svg] as const] : Object.entries(svg ?? {});
  for (const [name, plot] of plots) {
    const picture = `${file}${name === '' ? '' : `-${name}`}.svg`;
    writeFileSync(picture, `${plot}\n`);
    print(`and as a plot: ${picture}`);
  }
  return outcome.passed ? exitCode.ok : exitCode.failed;
}

/** Measurements that need no broker, or stop and freeze one, and therefore start their own. */
const withoutStack: ReadonlySet<string> = new Set(['domain', 'ingress-faults', 'console-queries', 'queries']);

/**
 * Runs one measurement and writes `LIVE2VOD_HOME/bench/<name>.json`. Then this process ends, failed or not: what a failed measurement
 * has left open, a connection or a timer, would keep it.
 */
export async function bench(name: string, options: BenchOptions, end = endSoon): Promise<void> {
  try {
    await measured(name, options);
  } finally {
    end();
  }
}

async function measured(name: string, options: BenchOptions): Promise<void> {
  const { settings } = readConfiguration();
  const measure = measurements[name];
  if (!measure) throw new TypeError(`no measurement ${name}`);
  const home = join(settings.LIVE2VOD_HOME, 'bench');
  keepPrivate(settings.LIVE2VOD_HOME);
  mkdirSync(home, { recursive: true });
  const { brokers, registryUrl, embedded } = endpointsOf(settings);
  const usesStack = name === 'growth' ? needsStack(options.only) : !withoutStack.has(name);
  const stack =
    usesStack && (embedded.kafka || embedded.registry)
      ? await startStack({
          home,
          kafkaPort: settings.KAFKA_PORT,
          registryPort: settings.REGISTRY_PORT,
          onProgress: print,
          signal: options.signal,
        })
      : null;
  try {
    const place = { brokers, registryUrl, home: settings.LIVE2VOD_HOME, brokerPid: stack?.broker?.identity.pid };
    const stoppable = { signal: options.signal, brokers: usesStack ? brokers : null, home };
    const outcome = await measuredUnlessStopped(stoppable, () => measure(place, options));
    process.exitCode = conclude(join(home, name), outcome, options.only);
  } finally {
    await stack?.stop();
  }
}
