/**
 * A process of its own that runs the counting topology, for tests that kill or freeze one. Arguments: brokers, topic
 * prefix, instance, state folder, session time-out and transaction time-out in ms. SIGTERM stops it; it tells on stdout
 * what it is doing.
 */

import { endWithin, systemPlatform } from '../../platform/host/index.ts';
import { ProcessorStatus, runProcessor } from '../../runtime/index.ts';
import { counting, jsonCodecs, topicsOf } from './counting.ts';

const [
  brokers = '',
  prefix = '',
  instance = '',
  stateFolder = '',
  sessionTimeoutMs = '6000',
  transactionTimeoutMs = '10000',
] = process.argv.slice(2);
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
const tell = (event: string, detail: unknown) => console.log(JSON.stringify({ event, detail }));
/** The next offset of each partition that was worked on in the transaction that is told next. */
const worked = new Map<number, number>();

try {
  await runProcessor({
    topology: counting,
    topics: topicsOf(prefix),
    kafka: { brokers, clientId: `counting-${instance}` },
    instance,
    stateFolder,
    codecs: jsonCodecs,
    clock: systemPlatform,
    signal: stop.signal,
    status: new ProcessorStatus(systemPlatform),
    sessionTimeoutMs: Number(sessionTimeoutMs),
    transactionTimeoutMs: Number(transactionTimeoutMs),
    maxBatchRecords: 500,
    hooks: {
      onOutcome: ({ partition, offset }) => void worked.set(partition, offset + 1),
      onLag: () => {
        if (worked.size > 0) tell('progress', Object.fromEntries(worked));
        worked.clear();
      },
      onTransaction: ({ records }) => tell('transaction', records),
      onRebalance: (rebalance) => tell('rebalance', rebalance),
      onRestore: (partition, progress) => tell('restore', { partition, ...progress }),
      onRebuild: (partition, why) => tell('rebuild', { partition, why }),
      onFault: (error, recovery) => tell('fault', { recovery: recovery.kind, error: String(error) }),
    },
  });
  tell('stopped', null);
} catch (error) {
  tell('failed', String(error));
  process.exitCode = 1;
}
endWithin(5_000);
