import { Abandoned } from '../../platform/abandoned.ts';
import type { Clock } from '../../platform/host/index.ts';
import { probeTimeoutMs, Reachability } from '../../platform/reachability.ts';
import type { Logger } from '../../platform/telemetry/index.ts';
import type { Consumer } from './consumer.ts';
import { KafkaFault } from './fault.ts';
import type { ConsumedRecord, TopicPartition } from './record.ts';

export type ReaderConnectionOptions<C> = {
  /** Connects a client; called again while Kafka is away, and after a fatal fault where `reconnects` says so. */
  readonly connect: () => Promise<C>;
  /** Called with each client that it has connected, before anything is asked of it. */
  readonly onConnected?: (client: C) => void;
  /** A partition whose end may be asked for, to learn whether its broker answers; null while there is none to ask about. */
  readonly probe: () => TopicPartition | null;
  /** What to do with a client that is of no use any more: another one may take its place, or the fault is thrown. */
  readonly reconnects: boolean;
  readonly clock: Pick<Clock, 'monotonicMs' | 'sleep'>;
  readonly log?: Logger | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with what keeps it from reading, in words, whenever that changes; null once nothing does. */
  readonly onWaitingFor?: ((what: string | null) => void) | undefined;
  /** What else is waited for once Kafka answers. */
  readonly alsoWaitsFor?: () => string | null;
};

/** Between two tries after a fault that came at once. */
const restMs = 500;

/**
 * The connection of one that reads, with the fault policy of all that do: what may pass is waited for, and said; what
 * may not (a refusal, a broken batch, a name that another process has taken) is thrown and ends the role.
 */
export class ReaderConnection<C extends Pick<Consumer, 'poll' | 'watermarks' | 'close'>> {
  readonly #o: ReaderConnectionOptions<C>;
  readonly #reachability: Reachability;
  #client: C | null = null;
  #connecting: Promise<C> | null = null;
  #trouble: string | null = 'Kafka';
  #reported: string | null | undefined;

  constructor(options: ReaderConnectionOptions<C>) {
    this.#o = options;
    this.#reachability = new Reachability(options.clock);
  }

  /** Null while there is none. */
  get client(): C | null {
    return this.#client;
  }

  get waitingFor(): string | null {
    return this.#trouble ?? (this.#reachability.away ? 'Kafka' : (this.#o.alsoWaitsFor?.() ?? null));
  }

  /**
   * Connects, once: a caller that can't wait for a broker learns so.
   * @throws KafkaFault, retryable where Kafka is away
   */
  async connect(): Promise<C> {
    if (this.#client) return this.#client;
    this.#report();
    this.#connecting ??= this.#o.connect().finally(() => {
      this.#connecting = null;
    });
    const client = await this.#connecting;
    if (this.#client === null) {
      this.#client = client;
      this.#trouble = null;
      this.#reachability.heard();
      this.#o.onConnected?.(client);
    }
    return client;
  }

  /** Records, or none where there are none, or where Kafka is away (after a short rest). */
  async poll(maxRecords: number, timeoutMs: number): Promise<ConsumedRecord[]> {
    try {
      const client = await this.connect();
      if (this.#reachability.refusal) throw this.#reachability.refusal;
      const records = await client.poll(maxRecords, timeoutMs);
      this.#trouble = null;
      if (records.length > 0) this.#reachability.heard();
      else this.#look(client);
      this.#report();
      return records;
    } catch (error) {
      await this.#bear(error);
      return [];
    }
  }

  /**
   * What `call` gives, as soon as Kafka answers it.
   * @throws Abandoned once the signal aborts
   */
  async ask<T>(call: (client: C) => Promise<T>): Promise<T> {
    while (!this.#o.signal?.aborted) {
      try {
        return await this.askOnce(call);
      } catch (error) {
        await this.#bear(error);
      }
    }
    throw new Abandoned();
  }

  /** For a caller that can't wait. @throws KafkaFault */
  async askOnce<T>(call: (client: C) => Promise<T>): Promise<T> {
    try {
      const answer = await call(await this.connect());
      this.#trouble = null;
      this.#reachability.heard();
      return answer;
    } catch (error) {
      this.#reachability.failed();
      throw error;
    } finally {
      this.#report();
    }
  }

  async close(): Promise<void> {
    const client = await (this.#connecting?.catch(() => null) ?? this.#client);
    this.#client = null;
    await client?.close();
  }

  #look(client: C): void {
    const at = this.#o.probe();
    if (at) this.#reachability.look(() => client.watermarks(at.topic, at.partition, probeTimeoutMs));
  }

  /** Rests where waiting helps. @throws the fault where it doesn't */
  async #bear(error: unknown): Promise<void> {
    if (!(error instanceof KafkaFault)) throw error;
    const replaceable = error.fatal && this.#o.reconnects && !error.denied;
    if (!error.retryable && !replaceable) throw error;
    if (replaceable) await this.close();
    this.#reachability.failed();
    this.#trouble = `Kafka (${error.message})`;
    this.#report(error);
    await this.#o.clock.sleep(restMs, this.#o.signal);
  }

  #report(why?: KafkaFault): void {
    const what = this.waitingFor;
    if (what === this.#reported) return;
    this.#reported = what;
    if (why) this.#o.log?.warn({ code: why.code, err: why.message }, 'Kafka is away, waiting');
    this.#o.onWaitingFor?.(what);
  }
}
