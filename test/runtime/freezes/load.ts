import { IdempotentProducer, KafkaFault, type KafkaSettings } from '../../../connectors/kafka/index.ts';
import { systemClock } from '../../../platform/host/index.ts';

/** Writes 0, 1, 2, … to a topic at a steady pace until it is told to stop. What was lost of it on the way isn't sent again. */
export function startLoad(kafka: KafkaSettings, topic: string, o: { keys: number; perSecond: number }) {
  const stop = new AbortController();
  const everyMs = 100;
  let sent = 0;
  let acknowledged = 0;
  let producer: IdempotentProducer | null = null;

  async function connected(): Promise<IdempotentProducer> {
    producer ??= await IdempotentProducer.connect(kafka, { deliveryTimeoutMs: 60_000 });
    return producer;
  }

  async function burst(): Promise<void> {
    const to = await connected();
    for (let i = 0; i < (o.perSecond * everyMs) / 1000; i++) {
      const n = sent++;
      to.send({ topic, key: `k${n % o.keys}`, value: Buffer.from(JSON.stringify({ n })) }).then(
        () => {
          acknowledged += 1;
        },
        (fault: unknown) => {
          if (fault instanceof KafkaFault && fault.fatal && producer === to) {
            producer = null;
            void to.close();
          }
        },
      );
    }
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      await burst().catch(() => {});
      await systemClock.sleep(everyMs, stop.signal);
    }
    await producer?.flush(60_000).catch(() => {});
    await producer?.close();
  }

  const running = run();
  return {
    get acknowledged() {
      return acknowledged;
    },
    async stop(): Promise<void> {
      stop.abort();
      await running;
    },
  };
}
