import type { Consumer } from '../connectors/kafka/index.ts';
import type { Clock } from '../platform/host/index.ts';
import type { ProcessorStatus } from './status.ts';
import type { Task } from './task.ts';

export type ReachabilityProbeOptions = {
  readonly consumer: Consumer;
  readonly inputTopic: string;
  readonly clock: Clock;
  readonly status: ProcessorStatus;
};

/** Sends a small request after some silence: an idle loop wouldn't notice that Kafka is gone, or back. */
export class ReachabilityProbe {
  readonly #o: ReachabilityProbeOptions;
  #requestedAtMs: number | null = null;
  #answeredAtMs = Number.NEGATIVE_INFINITY;

  constructor(o: ReachabilityProbeOptions) {
    this.#o = o;
  }

  /** Kafka has answered something. */
  answered(): void {
    this.#answeredAtMs = this.#o.clock.monotonicMs();
    this.#o.status.kafkaReachable = true;
  }

  /** Call after a poll without records; `task` is any that works. */
  idle(task: Task<unknown> | undefined): void {
    const { clock, consumer, inputTopic, status } = this.#o;
    const nowMs = clock.monotonicMs();
    if (this.#requestedAtMs !== null) {
      // The client may take a minute longer over a request than its time-out.
      if (nowMs - this.#requestedAtMs > silenceMs) status.kafkaReachable = false;
      return;
    }
    if (!task || nowMs - this.#answeredAtMs < silenceMs) return;
    this.#requestedAtMs = nowMs;
    consumer
      .watermarks(inputTopic, task.partition, silenceMs)
      .then(
        () => this.answered(),
        () => {
          status.kafkaReachable = false;
        },
      )
      .finally(() => {
        this.#requestedAtMs = null;
      });
  }
}

const silenceMs = 3_000;
