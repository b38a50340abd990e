import { open, readFile, rename } from 'node:fs/promises';
import { counted } from '../../../platform/counted.ts';
import { IngressFault } from '../fault.ts';

/** Which pipeline a spool's records were acknowledged for. */
export type Pipeline = {
  /** Full name of the callbacks topic: tells the prefix. */
  readonly topic: string;
  /** Its id at the cluster: another cluster, or a topic that was made anew, has another one. Null until Kafka has told. */
  readonly topicId: string | null;
  /** As configured: the best that is known of the cluster until then. */
  readonly brokers: string;
};

/** Beside the slot's folder, which may be moved away and made anew. */
const stampOf = (folder: string): string => `${folder}.pipeline.json`;

/** Null for a spool without one: it is older than stamps, or was never used. */
export async function readStamp(folder: string): Promise<Pipeline | null> {
  try {
    const { topic, topicId, brokers } = JSON.parse(await readFile(stampOf(folder), 'utf8')) as Record<string, unknown>;
    if (typeof topic !== 'string' || typeof brokers !== 'string') return null;
    return { topic, brokers, topicId: typeof topicId === 'string' ? topicId : null };
  } catch {
    return null;
  }
}

/** On disk, as a whole, once it resolves. */
export async function writeStamp(folder: string, pipeline: Pipeline): Promise<void> {
  const file = stampOf(folder);
  const next = `${file}.next`;
  const handle = await open(next, 'w', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(pipeline)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(next, file);
}

/**
 * Whether what a spool holds is for this pipeline. Where one of the two never heard of its cluster, a broker that both
 * name stands for it; without one it is `unknown` until Kafka tells which cluster this is, and then a person has to say.
 */
export function belongs(stamp: Pipeline | null, ours: Pipeline): 'yes' | 'no' | 'unknown' {
  if (stamp === null) return 'yes';
  if (stamp.topic !== ours.topic) return 'no';
  if (stamp.topicId !== null && ours.topicId !== null) return stamp.topicId === ours.topicId ? 'yes' : 'no';
  if (shareBroker(stamp, ours)) return 'yes';
  return ours.topicId === null ? 'unknown' : 'no';
}

function shareBroker(one: Pipeline, other: Pipeline): boolean {
  const names = one.brokers.split(',');
  return other.brokers.split(',').some((broker) => names.includes(broker));
}

/** What to say of records that another pipeline acknowledged. They stay where they are. */
export function ofOthers(folder: string, records: number, stamp: Pipeline | null, ours: Pipeline): IngressFault {
  const at = ({ topic, topicId, brokers }: Pipeline) => `${topic} (id ${topicId ?? 'unknown'}) at ${brokers}`;
  const message =
    `the spool in ${folder} holds ${counted(records, 'callback that was', 'callbacks that were')} acknowledged for ${stamp === null ? 'another pipeline' : at(stamp)}, ` +
    `not for ${at(ours)}: another LIVE2VOD_TOPIC_PREFIX, another cluster, or the topic was made anew. Nothing is lost. Start once with the ` +
    `settings of that pipeline, which publishes them; or use another LIVE2VOD_HOME; or, to publish them here, delete ${stampOf(folder)}`;
  return new IngressFault('SPOOL_OF_OTHERS', message, { retryable: false });
}
