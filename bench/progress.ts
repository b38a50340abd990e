import { Admin, Consumer, type KafkaSettings } from '../connectors/kafka/index.ts';

/** Records of a topic by whether a group has processed them. Without markers of transactions among them each offset is one. */
export type Progress = { readonly done: number; readonly left: number };

/** What a group has committed of a topic, and what it has yet to. It never joins the group. */
export async function progressOf(kafka: KafkaSettings, groupId: string, topic: string): Promise<Progress> {
  const admin = await Admin.connect(kafka);
  try {
    const [found] = await admin.describe([topic]);
    const at = Array.from({ length: found?.partitions ?? 0 }, (_, partition) => ({ topic, partition }));
    const group = await Consumer.connect(kafka, { groupId });
    try {
      const done = sumOf(await group.committed(at, 30_000));
      return { done, left: sumOf(await admin.endOffsets(at, 'read_committed')) - done };
    } finally {
      await group.close();
    }
  } finally {
    admin.close();
  }
}

const sumOf = (partitions: readonly { readonly offset: number | null }[]): number =>
  partitions.reduce((sum, { offset }) => sum + (offset ?? 0), 0);
