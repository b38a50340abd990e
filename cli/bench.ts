/** Runs a measurement on the set brokers, or on an embedded stack of its own, and keeps its result as JSON. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measureQueries, measureSink } from '../bench/analytics.ts';
import { benchConsole } from '../bench/console.ts';
import { benchConsoleQueries } from '../bench/console-queries.ts';
import { benchDomain } from '../bench/domain.ts';
import { benchIngress } from '../bench/ingress.ts';
import { soakIngress } from '../bench/ingress-soak.ts';
import { benchLatency } from '../bench/latency.ts';
import { benchMemory } from '../bench/memory.ts';
import { benchOutage } from '../bench/outage.ts';
import { buildPeer } from '../bench/peers/build.ts';
import { benchProcessor } from '../bench/processor.ts';
import { benchRestore, type RestoreOptions } from '../bench/restore.ts';
import { benchRunner } from '../bench/runner.ts';
import { startStack } from '../local/index.ts';
import { endpointsOf } from './endpoints.ts';
import { readConfiguration } from './environment.ts';
import { exitCode } from './exit.ts';
import { keepPrivate } from './private-home.ts';

export type BenchOptions = {
  /** How much to do, where the default isn't wanted: seconds of a soak, videos, records or callbacks. */
  readonly size?: number;
  /** False leaves the Kafka Streams peer out. */
  readonly peer: boolean;
  readonly signal: AbortSignal;
};

type Place = { readonly brokers: string; readonly registryUrl: string; readonly home: string };
type Measurement = (place: Place, options: BenchOptions) => Promise<unknown>;

const print = (line: string) => console.log(line);

export const measurements: Readonly<Record<string, Measurement>> = {
  domain: async (_place, { size }) => {
    const result = await benchDomain({ print, ...(size === undefined ? {} : { videos: size }) });
    if (!result.withinBudget) process.exitCode = exitCode.failed;
    return result;
  },
  ingress: ({ brokers }, { size }) =>
    benchIngress({ brokers, print, ...(size === undefined ? {} : { seconds: size }) }),
  'ingress-faults': async ({ home }, { size }) => {
    // Loaded when asked for: it uses what the tests send with, which an image may leave out.
    const { ingressFaults } = await import('../bench/ingress-faults.ts');
    const result = await ingressFaults({
      jars: join(home, 'jars'),
      print,
      ...(size === undefined ? {} : { faults: size }),
    });
    if (!result.passed) process.exitCode = exitCode.failed;
    return result;
  },
  soak: ({ brokers }, { size }) => soakIngress({ brokers, print, ...(size === undefined ? {} : { seconds: size }) }),
  processor: async (place, { size, peer }) => {
    const result = await benchProcessor({
      ...place,
      print,
      ...(size === undefined ? {} : { videos: size }),
      ...(peer ? { peer: await buildPeer(place.home, print) } : {}),
    });
    if (!result.withinBudget) process.exitCode = exitCode.failed;
    return result;
  },
  restore: async (place, options) => benchRestore(await onStates(place, options)),
  memory: async (place, options) => benchMemory(await onStates(place, options)),
  latency: async (place, options) => benchLatency(await onStates(place, options)),
  runner: async ({ brokers }, { size, signal }) => {
    const result = await benchRunner({ brokers, print, signal, ...(size === undefined ? {} : { jobs: size }) });
    if (!result.passed) process.exitCode = exitCode.failed;
    return result;
  },
  sink: ({ brokers }, { size }) =>
    measureSink({ brokers, log: print, ...(size === undefined ? {} : { videos: size }) }),
  outage: async ({ brokers, registryUrl }, { size }) => {
    const result = await benchOutage({
      brokers,
      registryUrl,
      print,
      ...(size === undefined ? {} : { seconds: size }),
    });
    if (!result.passed) process.exitCode = exitCode.failed;
    return result;
  },
  console: ({ brokers }, { size }) =>
    benchConsole({ brokers, print, ...(size === undefined ? {} : { seconds: size }) }),
  'console-queries': async (_place, { size }) => {
    const result = await benchConsoleQueries({ print, ...(size === undefined ? {} : { videos: size }) });
    if (!result.withinBudget) process.exitCode = exitCode.failed;
    return result;
  },
  queries: (_place, { size }) => measureQueries({ log: print, ...(size === undefined ? {} : { callbacks: size }) }),
};

/** What the measurements on many videos have in common. */
async function onStates({ brokers, registryUrl, home }: Place, { size, peer }: BenchOptions): Promise<RestoreOptions> {
  return {
    kafka: { brokers, clientId: 'live2vod-bench' },
    registryUrl,
    folder: join(home, 'bench'),
    videos: size ?? 1_000_000,
    print,
    ...(peer ? { peer: await buildPeer(home, print) } : {}),
  };
}

/** As JSON, and its plot, where it has one, as a picture. */
function keep(file: string, result: unknown): void {
  const { svg, ...figures } = result as { readonly svg?: string };
  writeFileSync(`${file}.json`, `${JSON.stringify(figures, null, 2)}\n`);
  print(`the result as JSON: ${file}.json`);
  if (svg === undefined) return;
  writeFileSync(`${file}.svg`, `${svg}\n`);
  print(`and as a plot: ${file}.svg`);
}

/** Measurements that need no broker, or stop and freeze one, and therefore start their own. */
const withoutStack: ReadonlySet<string> = new Set(['domain', 'ingress-faults', 'console-queries']);

/** Runs one measurement and writes `LIVE2VOD_HOME/bench/<name>.json`. */
export async function bench(name: string, options: BenchOptions): Promise<void> {
  const { settings } = readConfiguration();
  const measure = measurements[name];
  if (!measure) throw new TypeError(`no measurement ${name}`);
  const home = join(settings.LIVE2VOD_HOME, 'bench');
  keepPrivate(settings.LIVE2VOD_HOME);
  mkdirSync(home, { recursive: true });
  const { brokers, registryUrl, embedded } = endpointsOf(settings);
  const stack =
    !withoutStack.has(name) && (embedded.kafka || embedded.registry)
      ? await startStack({
          home,
          kafkaPort: settings.KAFKA_PORT,
          registryPort: settings.REGISTRY_PORT,
          onProgress: print,
          signal: options.signal,
        })
      : null;
  try {
    const result = await measure({ brokers, registryUrl, home: settings.LIVE2VOD_HOME }, options);
    keep(join(home, name), result);
  } finally {
    await stack?.stop();
  }
}
