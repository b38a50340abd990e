/** How long the state topics really keep tombstones: as the topic is configured now, not as its contract says. */
import { systemClock } from '../platform/host/index.ts';
import { type ConfigReaderSettings, readTopicConfigs } from './topic-configs.ts';

const key = 'delete.retention.ms';
/** Kafka's own default: the likeliest value where the cluster doesn't let us read a topic's configuration. */
const assumedMs = 24 * 60 * 60 * 1000;
/** Tasks that open together ask together. */
const freshMs = 10_000;

/**
 * Reads the least `delete.retention.ms` of these topics, anew at each call (answers of the last ten seconds are used
 * again). `onDoubt` is called where the cluster doesn't say: then Kafka's default counts.
 */
export function tombstoneRetention(
  settings: ConfigReaderSettings,
  topics: readonly string[],
  onDoubt: (error: unknown) => void,
): () => Promise<number> {
  let asked: Promise<number> | null = null;
  let askedAtMs = Number.NEGATIVE_INFINITY;
  const ask = async (): Promise<number> => {
    try {
      const configs = await readTopicConfigs(settings, topics, [key]);
      const values = topics.map((topic) => Number(configs.get(topic)?.get(key)));
      if (!values.every((ms) => Number.isFinite(ms) && ms >= 0)) throw new Error(`no ${key} of ${topics.join(', ')}`);
      return Math.min(...values);
    } catch (error) {
      onDoubt(error);
      askedAtMs = Number.NEGATIVE_INFINITY;
      return assumedMs;
    }
  };
  return () => {
    const nowMs = systemClock.monotonicMs();
    if (asked === null || nowMs - askedAtMs > freshMs) {
      askedAtMs = nowMs;
      asked = ask();
    }
    return asked;
  };
}
