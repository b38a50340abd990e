import type { Client, LibrdKafkaError, Producer } from '@confluentinc/kafka-javascript';
import { systemClock } from '../../platform/host/index.ts';
import type { ClientCalls } from './callback.ts';
import { KafkaFault, kafkaFault } from './fault.ts';
import { protocolMisfit, refusalIn } from './refusal.ts';
import type { KafkaSettings } from './settings.ts';

/** What the native producer and consumer have in common. */
export type NativeClient = Client<'event.log' | 'event.error' | 'event.stats' | 'disconnected'>;

/** What is looked at of librdkafka's statistics. */
type Statistics = {
  readonly brokers: Readonly<Record<string, { readonly source: string; readonly connects?: number }>>;
};

/** A line of librdkafka's log; `fac`, the facility, is a word for what it is about. */
type LogLine = { readonly severity: number; readonly fac?: string; readonly message: string };

/** How long `connect` waits for the first answer of a broker unless told otherwise. */
export const defaultConnectTimeoutMs = 30_000;

/** A connection that isn't there by then is looked at more closely. */
const patienceMs = 1_000;
/** The longest that a process which was refused takes to end. */
const sliceMs = 3_000;
/** What a native connect takes besides its time-out: where it fails it closes what it has begun, for up to 10 s. */
const connectEndMs = 10_000;
/** What a client gets to close, and how much of it its owner waits for: the rest goes on by itself. */
const closeTimeoutMs = 10_000;
const closePatienceMs = 5_000;
/** Between forgetting one list of brokers and learning another there may be a moment without any. */
const mostStrayed = 2;
/** More than a refresh of the metadata takes to come around (60 s): a sound client turns to somebody for it. */
const mostUnmet = 8;
/** A refusal explains the failures of this time after it, not those of a year. */
const refusalCountsMs = 60_000;

/**
 * The last things a client complained about. librdkafka reports a refused password or certificate only as an event and
 * a log line, while the call that suffers from it just times out; this keeps both so that a fault can name the reason.
 */
export class Complaints {
  readonly #brokers: string;
  #lastLine: string | undefined;
  #refusal: { readonly fault: KafkaFault; readonly atMs: number } | undefined;
  readonly #fatalFault: (said: string) => KafkaFault;
  #onRefusal: ((fault: KafkaFault) => void) | undefined;
  /** Statistics in a row that told of nobody to talk to, or of nobody who was ever talked to. */
  #strayed = 0;
  #unmet = 0;
  #lost: KafkaFault | null = null;

  /** `fatalFault` makes a fault of what librdkafka says when a client of it is finished. */
  constructor(
    brokers: string,
    fatalFault = (said: string) =>
      new KafkaFault(`the Kafka client is finished: ${said}`, { code: 'ERR__FATAL', fatal: true }),
  ) {
    this.#brokers = brokers;
    this.#fatalFault = fatalFault;
  }

  listenTo(client: NativeClient): void {
    client.on('event.log', (line) => this.hear(line));
    client.on('event.error', (error) => this.hear(error));
    client.on('event.stats', (stats) => this.count(stats));
  }

  /**
   * Set where the client is of no use any more: librdkafka has said that it is finished (fenced, say); or it forgets all brokers when one tells it that there are none (a
   * broker does after a freeze, or while it starts), the ones of its settings too, and then asks nobody ever again
   * (confluentinc/librdkafka#5301). Clients that talk to a coordinator learn of the others again.
   */
  get lost(): KafkaFault | null {
    return this.#lost;
  }

  /** What the log says of a client that is finished: it says more than the error of a call, and may come a moment later. */
  async whyFatal(fault: KafkaFault): Promise<KafkaFault> {
    for (let waits = 0; waits < 10 && !this.#lost; waits++) await systemClock.sleep(100);
    return this.#lost ?? fault;
  }

  /** Rejects with the `lost` fault instead of asking a client that can't answer. */
  async orLost<T>(call: () => Promise<T>): Promise<T> {
    if (this.#lost) throw this.#lost;
    return await call();
  }

  /** Looks at the native client's statistics, JSON. */
  count({ message }: { readonly message: string }): void {
    const { brokers } = JSON.parse(message) as Statistics;
    // Those that the client makes for itself, and for its coordinator, are no way back to the others.
    const known = Object.values(brokers).filter(({ source }) => source === 'configured' || source === 'learned');
    this.#strayed = known.length > 0 ? 0 : this.#strayed + 1;
    // Nor is one that it has heard of and never turned to: after its predecessor's handle was dropped, nothing makes it do so.
    this.#unmet = known.some(({ connects = 1 }) => connects > 0) ? 0 : this.#unmet + 1;
    if (this.#strayed < mostStrayed && this.#unmet < mostUnmet) return;
    this.#lost ??= new KafkaFault(
      `the client has lost sight of the brokers of ${this.#brokers} and looks for none any more: a new one has to connect`,
      { code: 'KAFKA_BROKERS_FORGOTTEN', fatal: true },
    );
  }

  hear(complaint: LibrdKafkaError | LogLine): void {
    if ('severity' in complaint) {
      // The one place that always tells it: the call that suffers may get another error, or none.
      if (complaint.fac === 'FATAL') this.#lost ??= this.#fatalFault(complaint.message);
      if (complaint.severity > 4) return;
      this.#lastLine = complaint.message;
    }
    const fault = refusalIn(complaint.message, this.#brokers);
    if (!fault) return;
    this.#refusal = { fault, atMs: systemClock.monotonicMs() };
    this.#onRefusal?.(fault);
  }

  get lastLine(): string | undefined {
    return this.#lastLine;
  }

  /** `fault`, or a clearer one when the cluster has refused us. */
  explain(fault: KafkaFault): KafkaFault {
    const refusal = this.#refusal;
    if (!refusal || fault.denied || systemClock.monotonicMs() - refusal.atMs > refusalCountsMs) return fault;
    return refusal.fault;
  }

  /**
   * What `connect` gives; rejects at once with a `denied` fault where the cluster refuses us or is spoken to in the
   * wrong protocol, instead of when the native client gives up. `connect` should begin nothing more after `over`.
   */
  async orRefusal<T>(connect: (over: AbortSignal) => Promise<T>, settings: KafkaSettings): Promise<T> {
    const over = new AbortController();
    const refused = new Promise<never>((_, reject) => {
      this.#onRefusal = reject;
      const look = async () => {
        await systemClock.sleep(patienceMs, over.signal);
        const misfit = over.signal.aborted ? undefined : await protocolMisfit(settings);
        if (misfit) reject(misfit);
      };
      look().catch(reject);
    });
    const connecting = connect(over.signal);
    // Whichever settles second has nobody waiting for it.
    connecting.catch(() => {});
    refused.catch(() => {});
    try {
      return await Promise.race([connecting, refused]);
    } finally {
      this.#onRefusal = undefined;
      over.abort();
    }
  }
}

/**
 * Connects and waits for the cluster's metadata. Rejects with a `KafkaFault`, retryable unless the cluster refused us;
 * soon after `signal` too.
 */
export async function connectClient(
  client: NativeClient,
  settings: KafkaSettings,
  timeoutMs: number,
  complaints: Complaints,
  calls: ClientCalls,
  signal?: AbortSignal,
): Promise<void> {
  complaints.listenTo(client);
  const doing = `connect to Kafka at ${settings.brokers}`;
  const connectOnce = (ms: number) =>
    calls.ask<void>('connect', doing, ms + connectEndMs, (done) =>
      client.connect({ timeout: ms }, (error) => {
        done(error && complaints.explain(kafkaFault(doing, error, complaints.lastLine)));
      }),
    );
  await complaints.orRefusal((over) => inSlices(connectOnce, timeoutMs, either(over, signal)), settings);
}

/** Aborted with the one or the other. */
export const either = (a: AbortSignal, b: AbortSignal | undefined): AbortSignal => (b ? AbortSignal.any([a, b]) : a);

/**
 * Waits for a few seconds at a time, `timeoutMs` in all: a native wait can't be called off, and a process that is told to
 * stop, or was refused, can't end before it. What fails without waiting is told at once.
 */
export async function inSlices(
  waitOnce: (ms: number) => Promise<void>,
  timeoutMs: number,
  over: AbortSignal | undefined,
): Promise<void> {
  const deadlineMs = systemClock.monotonicMs() + timeoutMs;
  for (;;) {
    const startMs = systemClock.monotonicMs();
    const ms = Math.max(1, Math.min(sliceMs, deadlineMs - startMs));
    try {
      return await waitOnce(ms);
    } catch (error) {
      const endMs = systemClock.monotonicMs();
      const again = endMs - startMs >= ms * 0.9 && endMs < deadlineMs && !over?.aborted;
      if (!(error instanceof KafkaFault) || !error.retryable || !again) throw error;
    }
  }
}

/**
 * Disconnects, without waiting for more than some seconds; never rejects, since there is nothing left to do about it. A
 * client that a call is still in is left alone: closing it would wait for that call, or take the process with it.
 *
 * `queueMs`: what a producer gets for its queue.
 */
export async function closeClient(client: NativeClient, calls: ClientCalls, queueMs = 0): Promise<void> {
  const over = new AbortController();
  const closing = async () => {
    if (!(await calls.settled()) || !client.isConnected()) return;
    await calls.work<void>('close a Kafka client', closeTimeoutMs + queueMs, (done) => {
      const disconnected = () => done(null);
      if ('flush' in client) (client as Producer).disconnect(Math.max(1, queueMs), disconnected);
      else client.disconnect(disconnected);
    });
  };
  const closed = closing()
    .catch(() => {})
    .finally(() => over.abort());
  await Promise.race([closed, systemClock.sleep(closePatienceMs + queueMs, over.signal)]);
}
