/** An ingress as a process of its own, started by fork with its settings as JSON. SIGTERM stops it. */
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { KafkaSettings } from '../../../connectors/kafka/index.ts';
import { systemClock } from '../../../platform/host/index.ts';
import { metricsOf, startAdmin } from '../../../platform/telemetry/index.ts';
import { type RunIngressOptions, runIngress } from '../../../services/intake/http/index.ts';
import { endpoint } from './harness.ts';

export type ChildSettings = {
  readonly kafka: KafkaSettings;
  readonly topicNames: Readonly<Record<string, string>>;
} & Pick<RunIngressOptions, 'port' | 'reusePort' | 'spool' | 'lameDuckMs'> &
  Partial<Pick<RunIngressOptions, 'endpoints'>>;

/** `listening` comes once, `waitingFor` about every second. */
export type ChildMessage =
  | { readonly kind: 'listening'; readonly address: string; readonly metricsAddress: string }
  | { readonly kind: 'waitingFor'; readonly what: string | null };

const settings = JSON.parse(process.argv[2] ?? '{}') as ChildSettings;
const stopping = new AbortController();
process.once('SIGTERM', () => stopping.abort());
process.once('disconnect', () => process.exit(1));
const tell = (message: ChildMessage) => process.connected && process.send?.(message);

const registry = new Registry();
let waitingFor: string | null = 'start';
const admin = await startAdmin({
  host: '127.0.0.1',
  port: 0,
  registry,
  health: { live: () => true, waitingFor: () => waitingFor },
});
const metricsAddress = `http://127.0.0.1:${(admin.server.address() as AddressInfo).port}`;

await runIngress({
  endpoints: [endpoint],
  ...settings,
  host: '127.0.0.1',
  topics: (id) => settings.topicNames[id] ?? id,
  log: pino({ level: process.env.INGRESS_LOG ?? 'silent' }, pino.destination(2)),
  metrics: metricsOf(registry),
  clock: systemClock,
  signal: stopping.signal,
  onListening: (address) => tell({ kind: 'listening', address, metricsAddress }),
  onWaitingFor: (what) => {
    waitingFor = what;
    tell({ kind: 'waitingFor', what });
  },
});
await admin.close();
process.removeAllListeners('disconnect');
process.disconnect();
