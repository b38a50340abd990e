/** One run of `live2vod run processor` over callbacks that wait in their topic, measured from outside. */
import { Admin, Consumer, type KafkaSettings } from '../connectors/kafka/index.ts';
import { systemClock } from '../platform/host/index.ts';
import { processorGroup } from '../runtime/index.ts';
import { type TopicId, topicName } from '../schemas/topics.ts';
import { coreTimes, startOurs, takenBy } from './subject.ts';

export type ProductReport = {
  readonly recordsPerSecond: number;
  /** CPU of all its processes, microseconds per callback. */
  readonly cpuUs: number;
  /** Private memory of all its processes at the end, MB (10^6 bytes). */
  readonly anonMb: number;
  /** Part of the machine's cores that was busy meanwhile, whoever had them: what a further process could have had is the rest. */
  readonly busy: number;
};

export type ProductRun = {
  readonly kafka: KafkaSettings;
  readonly registryUrl: string;
  readonly prefix: string;
  readonly partitions: number;
  readonly processes: number;
  /** Its stores, its configuration and its log. */
  readonly folder: string;
  /** Callbacks that wait. */
  readonly records: number;
};

/** All that a processor reads or writes. */
export const productTopics: readonly TopicId[] = [
  'callbacks',
  'video-state',
  'stream-facts',
  'stream-state',
  'session-state',
  'transcode-jobs',
  'compose-jobs',
  'dead-letters',
];

type Start = {
  readonly atMs: number;
  readonly done: number;
  readonly cpuUs: number;
  readonly cores: ReturnType<typeof coreTimes>;
};

const lookEveryMs = 100;
const withinMs = 600_000;

/**
 * From when all of its processes work and its group has committed something, so that starting up and sharing the partitions
 * don't count, until both processors have committed the ends of what they read.
 */
export async function runProduct(o: ProductRun): Promise<ProductReport> {
  const admin = await Admin.connect(o.kafka);
  const [video, session] = [await watched(o, 'video', 'callbacks'), await watched(o, 'session', 'stream-facts')];
  try {
    const { done: before } = await video.progress(admin);
    const running = await startOurs(o.folder, o);
    try {
      const until = systemClock.monotonicMs() + withinMs;
      let ready = false;
      running.ready.then(
        () => {
          ready = true;
        },
        () => {},
      );
      let first: Start | null = null;
      for (;;) {
        running.requireAlive();
        if (systemClock.monotonicMs() > until)
          throw new Error(`not done within ${withinMs / 60_000} min: see ${o.folder}`);
        const { done, atEnd } = await video.progress(admin);
        const atMs = systemClock.monotonicMs();
        if (first === null && ready && done > before) {
          if (atEnd) throw new Error('all was done before every process worked: more videos are needed');
          first = { atMs, done, cpuUs: (await takenBy(running.pid)).cpuUs, cores: coreTimes() };
        }
        if (first !== null && atEnd && (await session.progress(admin)).atEnd) {
          const nowMs = systemClock.monotonicMs();
          const { cpuUs, anonMb } = await takenBy(running.pid);
          const cores = coreTimes();
          const measured = o.records - (first.done - before);
          return {
            recordsPerSecond: Math.round((measured / (nowMs - first.atMs)) * 1_000),
            cpuUs: Math.round(((cpuUs - first.cpuUs) / measured) * 10) / 10,
            anonMb,
            busy: (cores.busyMs - first.cores.busyMs) / (cores.allMs - first.cores.allMs),
          };
        }
        await systemClock.sleep(lookEveryMs);
      }
    } finally {
      await running.stop('SIGTERM');
    }
  } finally {
    await video.close();
    await session.close();
    admin.close();
  }
}

/** How much a processor's group has committed of its input, and whether that is all. */
async function watched({ kafka, prefix, partitions }: ProductRun, name: string, input: TopicId) {
  const topics = (id: TopicId) => topicName(prefix, id);
  const at = Array.from({ length: partitions }, (_, partition) => ({ topic: topics(input), partition }));
  // It never joins.
  const group = await Consumer.connect(kafka, { groupId: processorGroup(topics, { name, input }) });
  return {
    async progress(admin: Admin) {
      const ends = await admin.endOffsets(at, 'read_committed');
      const done = new Map(
        (await group.committed(at, 30_000)).map(({ partition, offset }) => [partition, offset ?? 0]),
      );
      // A transaction's end takes an offset of its own.
      const atEnd = ends.every(({ partition, offset }) => offset - (done.get(partition) ?? 0) <= 1);
      return { done: [...done.values()].reduce((sum, one) => sum + one, 0), atEnd };
    },
    close: () => group.close(),
  };
}
