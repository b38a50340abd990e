import { readFileSync, rmSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { TopicPartitionOffset } from '../../connectors/kafka/index.ts';
import { layout, type WatchData } from './shared.ts';

export type StepWatchOptions = {
  /** Topics whose records are processed. */
  readonly topics: readonly string[];
  /** Where the offset of a record is saved whose step did not end. */
  readonly file: string;
  /** How long one step may take. Default 10,000. */
  readonly limitMs?: number;
};

/**
 * Keeps a record whose step doesn't end from blocking its partition for ever. JavaScript can't interrupt a step; so
 * another thread watches, and once a step has taken `limitMs` it saves the record's offset and ends the process by SIGKILL.
 * After the restart `wasTooSlow` is true of that record, which becomes a dead letter: one kill, and the partition goes on.
 *
 * One per process, which has one thread that runs steps. A step costs it two atomic additions and three stores.
 */
export class StepWatch {
  readonly #sequence: Int32Array;
  readonly #numbers: Float64Array;
  readonly #topics: ReadonlyMap<string, number>;
  readonly #slow: Map<string, TopicPartitionOffset>;
  readonly #file: string;
  readonly #worker: Worker;

  constructor({ topics, file, limitMs = 10_000 }: StepWatchOptions) {
    const shared = new SharedArrayBuffer(layout.size);
    this.#sequence = new Int32Array(shared, layout.sequence, 1);
    this.#numbers = new Float64Array(shared, layout.numbers, 3);
    this.#topics = new Map(topics.map((topic, number) => [topic, number]));
    const kept = readSlow(file);
    this.#slow = new Map(kept.map((at) => [nameOf(at), at]));
    this.#file = file;
    const workerData: WatchData = { shared, topics, file, limitMs, kept };
    this.#worker = new Worker(new URL('./thread.ts', import.meta.url), { workerData });
    // It must neither keep a process alive nor end a healthy one.
    this.#worker.unref();
    this.#worker.on('error', () => {});
  }

  /** Before a record is decoded and stepped, or becomes a row; synchronous work only. Always followed by `end`. */
  begin({ topic, partition, offset }: TopicPartitionOffset): void {
    this.#numbers[0] = this.#topics.get(topic) ?? 0;
    this.#numbers[1] = partition;
    this.#numbers[2] = offset;
    Atomics.add(this.#sequence, 0, 1);
  }

  end(): void {
    Atomics.add(this.#sequence, 0, 1);
  }

  /** Whether the step of this record ended the process before its restart. */
  wasTooSlow(at: TopicPartitionOffset): boolean {
    return this.#slow.size > 0 && this.#slow.has(nameOf(at));
  }

  /** Offsets below `nextOffset` are committed: slow records among them need not be remembered any longer. */
  passed(topic: string, partition: number, nextOffset: number): void {
    if (this.#slow.size === 0) return;
    for (const [name, at] of this.#slow)
      if (at.topic === topic && at.partition === partition && at.offset < nextOffset) this.#slow.delete(name);
    if (this.#slow.size === 0) rmSync(this.#file, { force: true });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

const nameOf = ({ topic, partition, offset }: TopicPartitionOffset): string => `${topic}/${partition}/${offset}`;

function readSlow(file: string): TopicPartitionOffset[] {
  try {
    const found: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return Array.isArray(found) ? (found as TopicPartitionOffset[]) : [];
  } catch {
    return [];
  }
}
