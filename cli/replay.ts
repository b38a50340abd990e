/** Feeds raw callbacks through again. State that was right stays as it is: the same event is recognised. */
import { IdempotentProducer, type ScanRange, scanTopic } from '../connectors/kafka/index.ts';
import { systemClock } from '../connectors/platform/index.ts';
import { header } from '../schemas/topics.ts';
import { replayHeaders } from './dead-letters.ts';
import { kafkaSettingsOf, topicNamer } from './endpoints.ts';
import { readConfiguration } from './environment.ts';

export type ReplayOptions = ScanRange & {
  readonly key?: string;
  /** Topic to read, when it isn't this pipeline's own: to fill a new prefix from an old one. */
  readonly fromTopic?: string;
  readonly signal: AbortSignal;
};

const inFlight = 5_000;
const progressEveryMs = 2_000;

/** Gives how many records were sent. Records that are replays themselves are left out. */
export async function replay(options: ReplayOptions): Promise<number> {
  const { settings } = readConfiguration();
  const kafka = kafkaSettingsOf(settings, 'replay');
  const target = topicNamer(settings)('callbacks');
  const producer = await IdempotentProducer.connect(kafka);
  let sent = 0;
  let saidAtMs = systemClock.monotonicMs();
  let pending: Promise<unknown>[] = [];
  try {
    for await (const { key, value, headers } of scanTopic(kafka, options.fromTopic ?? target, options)) {
      if (options.signal.aborted) break;
      if (headers[header.replayedAt] !== undefined || (options.key !== undefined && key !== options.key)) continue;
      pending.push(producer.send({ topic: target, key, value, headers: replayHeaders(headers, systemClock.now()) }));
      sent += 1;
      if (pending.length >= inFlight) {
        await Promise.all(pending);
        pending = [];
      }
      if (systemClock.monotonicMs() - saidAtMs > progressEveryMs) {
        saidAtMs = systemClock.monotonicMs();
        console.error(`  ${sent} callbacks fed through again`);
      }
    }
    await Promise.all(pending);
    return sent;
  } finally {
    await producer.close();
  }
}
