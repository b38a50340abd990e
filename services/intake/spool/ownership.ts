import { belongs, ofOthers, type Pipeline, readStamp, writeStamp } from './pipeline.ts';
import { orphanedSlots, type SlotOptions } from './slots.ts';
import type { Spool } from './spool.ts';

/**
 * Keeps the spools of one pipeline apart from those of another that used the same home. Until Kafka has told which
 * cluster it is, the configured brokers stand for it.
 */
export class Ownership {
  #ours: Pipeline;

  constructor(topic: string, brokers: string) {
    this.#ours = { topic, brokers, topicId: null };
  }

  /** Which pipeline we are, as far as is known. */
  get pipeline(): Pipeline {
    return this.#ours;
  }

  /** Kafka has told the id of our topic. */
  identified(topicId: string): void {
    this.#ours = { ...this.#ours, topicId };
  }

  /**
   * Whether this open spool may be ours: the folder is then stamped, before anything is appended. False for one whose
   * records may be another cluster's: it is left alone until that is known.
   * @throws IngressFault SPOOL_OF_OTHERS
   */
  async take(spool: Pick<Spool, 'folder' | 'records'>): Promise<boolean> {
    const stamp = await readStamp(spool.folder);
    const whose = belongs(stamp, this.#ours);
    if (spool.records > 0) {
      if (whose === 'no') throw ofOthers(spool.folder, spool.records, stamp, this.#ours);
      if (whose === 'unknown') return false;
    }
    // Of the same pipeline when its cluster was known: that says more than we do yet.
    const saysMore = whose === 'yes' && stamp !== null && stamp.topicId !== null && this.#ours.topicId === null;
    if (!saysMore) await this.claim(spool.folder);
    return true;
  }

  /** Stamps the folder of an empty spool, or of one that is known to be ours. */
  async claim(folder: string): Promise<void> {
    await writeStamp(folder, this.#ours);
  }

  /** Whether what a spool that was left behind holds may be published; what may not is told to `onOthers`. */
  async mayPublish(spool: Pick<Spool, 'folder' | 'records'>, onOthers: (error: unknown) => void): Promise<boolean> {
    const stamp = await readStamp(spool.folder);
    const whose = belongs(stamp, this.#ours);
    if (whose === 'no') onOthers(ofOthers(spool.folder, spool.records, stamp, this.#ours));
    return whose === 'yes';
  }

  /** @throws IngressFault SPOOL_OF_OTHERS where a spool that no process uses holds records of another pipeline */
  async refuseOthers(options: SlotOptions): Promise<void> {
    for await (const orphan of orphanedSlots(options)) {
      const stamp = await readStamp(orphan.folder);
      const { folder, records } = orphan;
      await orphan.close();
      if (belongs(stamp, this.#ours) === 'no') throw ofOthers(folder, records, stamp, this.#ours);
    }
  }
}
