import type { Client, LibrdKafkaError } from '@confluentinc/kafka-javascript';
import { systemClock } from '../../platform/host/index.ts';
import { KafkaFault } from './fault.ts';
import { protocolMisfit, refusalIn } from './refusal.ts';
import type { KafkaSettings } from './settings.ts';

/** What the native producer and consumer have in common. */
export type NativeClient = Client<'event.log' | 'event.error' | 'event.stats' | 'disconnected'>;

/** The part of librdkafka's statistics that is read. */
type Statistics = {
  readonly brokers: Readonly<Record<string, { readonly source: string; readonly connects?: number }>>;
};

/** A line of librdkafka's log; `fac` is its facility. */
type LogLine = { readonly severity: number; readonly fac?: string; readonly message: string };

/** A connection that isn't established by then is checked for a wrong protocol. */
const protocolCheckAfterMs = 1_000;
/** Between forgetting one list of brokers and learning another there may be a moment without any. */
const maxReportsWithoutBrokers = 2;
/** Longer than a refresh of the metadata takes (60 s): a sound client connects to a broker for it. */
const maxReportsWithoutConnection = 8;
/** How long a refusal explains later failures. */
const refusalExplainsMs = 60_000;

/**
 * What librdkafka reports about one client outside of its calls: log lines, error events and statistics. It reports a
 * refused password or certificate only there, while the call that suffers from it just times out; with this a fault can
 * name the reason.
 */
export class ClientDiagnostics {
  readonly #brokers: string;
  #lastLine: string | undefined;
  #refusal: { readonly fault: KafkaFault; readonly atMs: number } | undefined;
  readonly #fatalFault: (message: string) => KafkaFault;
  #onRefusal: ((fault: KafkaFault) => void) | undefined;
  /** Statistics in a row that listed no broker. */
  #reportsWithoutBrokers = 0;
  /** Statistics in a row in which no listed broker was ever connected to. */
  #reportsWithoutConnection = 0;
  #lost: KafkaFault | null = null;

  /** `fatalFault` turns librdkafka's message about a client in a fatal state into a fault. */
  constructor(
    brokers: string,
    fatalFault = (message: string) =>
      new KafkaFault(`the Kafka client is in a fatal state: ${message}`, { code: 'ERR__FATAL', fatal: true }),
  ) {
    this.#brokers = brokers;
    this.#fatalFault = fatalFault;
  }

  attachTo(client: NativeClient): void {
    client.on('event.log', (line) => this.record(line));
    client.on('event.error', (error) => this.record(error));
    client.on('event.stats', (stats) => this.recordStatistics(stats));
  }

  /**
   * Set once the client can't be used any more. Either librdkafka has said that it is in a fatal state (fenced, say), or
   * it has forgotten all brokers, the configured ones included: it does so when a broker answers that there are none (a
   * broker may after a freeze, or while it starts), and then never asks one again (confluentinc/librdkafka#5301). Clients
   * that talk to a coordinator learn of the others again.
   */
  get lost(): KafkaFault | null {
    return this.#lost;
  }

  /** The fault from the log where there is one: it says more than the error of the call, and may come a moment later. */
  async whyFatal(fault: KafkaFault): Promise<KafkaFault> {
    for (let waits = 0; waits < 10 && !this.#lost; waits++) await systemClock.sleep(100);
    return this.#lost ?? fault;
  }

  /** Calls, or rejects with the `lost` fault: a lost client would not answer. */
  async unlessLost<T>(call: () => Promise<T>): Promise<T> {
    if (this.#lost) throw this.#lost;
    return await call();
  }

  /** Reads the native client's statistics, JSON. */
  recordStatistics({ message }: { readonly message: string }): void {
    const { brokers } = JSON.parse(message) as Statistics;
    // Brokers of another source (internal, coordinator) don't lead back to the cluster's.
    const known = Object.values(brokers).filter(({ source }) => source === 'configured' || source === 'learned');
    this.#reportsWithoutBrokers = known.length > 0 ? 0 : this.#reportsWithoutBrokers + 1;
    // A learned broker whose predecessor's handle was dropped is never connected to.
    const connected = known.some(({ connects = 1 }) => connects > 0);
    this.#reportsWithoutConnection = connected ? 0 : this.#reportsWithoutConnection + 1;
    if (
      this.#reportsWithoutBrokers < maxReportsWithoutBrokers &&
      this.#reportsWithoutConnection < maxReportsWithoutConnection
    )
      return;
    this.#lost ??= new KafkaFault(
      `the client has lost sight of the brokers of ${this.#brokers} and looks for none any more: a new one has to connect`,
      { code: 'KAFKA_BROKERS_FORGOTTEN', fatal: true },
    );
  }

  record(event: LibrdKafkaError | LogLine): void {
    if ('severity' in event) {
      // The only report that always comes: the call that suffers may get another error, or none.
      if (event.fac === 'FATAL') this.#lost ??= this.#fatalFault(event.message);
      if (event.severity > 4) return;
      this.#lastLine = event.message;
    }
    const fault = refusalIn(event.message, this.#brokers);
    if (!fault) return;
    this.#refusal = { fault, atMs: systemClock.monotonicMs() };
    this.#onRefusal?.(fault);
  }

  get lastLine(): string | undefined {
    return this.#lastLine;
  }

  /** `fault`, or a clearer one where the cluster has refused us shortly before. */
  explain(fault: KafkaFault): KafkaFault {
    const refusal = this.#refusal;
    if (!refusal || fault.denied || systemClock.monotonicMs() - refusal.atMs > refusalExplainsMs) return fault;
    return refusal.fault;
  }

  /**
   * The result of `connect`. Rejects with a `denied` fault as soon as the cluster refuses us or turns out to use another
   * protocol; the native client would only time out. `connect` should begin nothing more after `over`.
   */
  async failFastOnRefusal<T>(connect: (over: AbortSignal) => Promise<T>, settings: KafkaSettings): Promise<T> {
    const over = new AbortController();
    const refused = new Promise<never>((_, reject) => {
      this.#onRefusal = reject;
      const checkProtocol = async () => {
        await systemClock.sleep(protocolCheckAfterMs, over.signal);
        const misfit = over.signal.aborted ? undefined : await protocolMisfit(settings);
        if (misfit) reject(misfit);
      };
      checkProtocol().catch(reject);
    });
    const connecting = connect(over.signal);
    // The one that settles second rejects unobserved.
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
