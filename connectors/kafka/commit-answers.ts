import type { LibrdKafkaError } from '@confluentinc/kafka-javascript';
import { kafkaFault } from './fault.ts';
import type { TopicPartitionOffset } from './record.ts';

type Waiting = { readonly offsets: readonly TopicPartitionOffset[]; readonly refuse: (error: unknown) => void };

/**
 * What the group answers to commits. The client tells of it in a poll: who doesn't poll meanwhile hears nothing, and has to
 * ask what is committed.
 */
export class CommitAnswers {
  readonly #waiting = new Set<Waiting>();

  /** To be called with what the client tells. */
  tell(error: LibrdKafkaError | null | undefined, offsets: readonly TopicPartitionOffset[]): void {
    if (!error) return;
    for (const waiting of this.#waiting) {
      if (waiting.offsets.some((one) => offsets.some((other) => isSame(one, other)))) waiting.refuse(error);
    }
  }

  /**
   * Does the work that follows a commit of these offsets; begins to listen before it.
   * @throws KafkaFault as soon as the group refuses them: retryable in the middle of a rebalance (`ERR_REBALANCE_IN_PROGRESS`)
   */
  async unlessRefused(offsets: readonly TopicPartitionOffset[], work: () => Promise<void>): Promise<void> {
    const { promise: refused, reject } = Promise.withResolvers<never>();
    const waiting = { offsets, refuse: (error: unknown) => reject(kafkaFault('commit offsets', error)) };
    this.#waiting.add(waiting);
    try {
      await Promise.race([work(), refused]);
    } finally {
      this.#waiting.delete(waiting);
    }
  }
}

const isSame = (one: TopicPartitionOffset, other: TopicPartitionOffset): boolean =>
  one.topic === other.topic && one.partition === other.partition && one.offset === other.offset;
