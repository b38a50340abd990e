/** Feeds raw callbacks through again. State that was right stays as it is: the same event is recognised. */

import { IdempotentProducer, type ScanRange, scanTopic } from '../connectors/kafka/index.ts';
import { counted } from '../platform/counted.ts';
import { systemClock } from '../platform/host/index.ts';
import { header } from '../schemas/topics.ts';
import { replayHeaders } from './dead-letters.ts';
import { kafkaSettingsOf, topicNamer } from './endpoints.ts';
import { readConfiguration } from './environment.ts';
import { SendWindow } from './send-window.ts';

export type ReplayOptions = ScanRange & {
  readonly key?: string;
  /** Topic to read, when it isn't this pipeline's own: to fill a new prefix from an old one. */
  readonly fromTopic?: string;
  readonly signal: AbortSignal;
};

const progressEveryMs = 2_000;

/**
 * Gives how many records were sent. What an earlier replay of the same topic wrote into it is left out: its original is
 * there as well. What a replay of another topic wrote has no original here, so it is sent.
 */
export async function replay(options: ReplayOptions): Promise<number> {
  const { settings } = readConfiguration();
  const kafka = kafkaSettingsOf(settings, 'replay');
  const target = topicNamer(settings)('callbacks');
  const source = options.fromTopic ?? target;
  const producer = await IdempotentProducer.connect(kafka);
  const window = new SendWindow(producer);
  let sent = 0;
  let saidAtMs = systemClock.monotonicMs();
  try {
    for await (const { key, value, headers, partition, offset } of scanTopic(kafka, source, options)) {
      if (options.signal.aborted) break;
      if (headers[header.replayedFrom]?.startsWith(`${source}/`)) continue;
      if (options.key !== undefined && key !== options.key) continue;
      const again = {
        ...replayHeaders(headers, systemClock.now()),
        [header.replayedFrom]: `${source}/${partition}/${offset}`,
      };
      await window.send({ topic: target, key, value, headers: again });
      sent += 1;
      if (systemClock.monotonicMs() - saidAtMs > progressEveryMs) {
        saidAtMs = systemClock.monotonicMs();
        console.error(`  ${counted(sent, 'callback')} fed through again`);
      }
    }
    await window.settled();
    return sent;
  } finally {
    await producer.close();
  }
}
