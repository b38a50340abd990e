import type { FastifyInstance, FastifyListenOptions } from 'fastify';
import type { KafkaSettings } from '../../../connectors/kafka/index.ts';
import type { Health, Tracing } from '../../../platform/telemetry/index.ts';
import { waitAtMost } from '../../../platform/wait-at-most.ts';
import type { TopicId } from '../../../schemas/topics.ts';
import { durablePublisher } from '../durable.ts';
import { IngressFault } from '../fault.ts';
import { connectPublisher } from '../kafka-publisher.ts';
import { drain } from '../spool/drain.ts';
import { holdsStamps, identify } from '../spool/identify.ts';
import { Ownership } from '../spool/ownership.ts';
import { openOwnSlot, orphanedSlots, type SlotOptions } from '../spool/slots.ts';
import type { Spool } from '../spool/spool.ts';
import { tracedPublisher } from '../traced-publisher.ts';
import { buildIngress, type IngressOptions } from './app.ts';
import { defaultLimits } from './limits.ts';
import { stopServing } from './stop-serving.ts';

export type RunIngressOptions = Omit<IngressOptions, 'publisher' | 'health'> & {
  readonly host: string;
  /** 0: any free port (given to `onListening`). */
  readonly port: number;
  /**
   * Lets several ingresses listen on the port at once (Linux), so that a new one can start before the old one stops.
   * A port that is taken by accident is then no error any more. Default false.
   */
  readonly reusePort?: boolean;
  readonly kafka: KafkaSettings;
  /** How long a callback waits for company on its way to Kafka. Default 5 ms. */
  readonly lingerMs?: number;
  /** Full name of a topic. */
  readonly topics: (id: TopicId) => string;
  readonly spool: {
    /** May be shared by the ingresses of one host. */
    readonly folder: string;
    /** Default 256 MiB, about 300,000 callbacks: five minutes at 1,000 a second. */
    readonly limitBytes?: number;
  };
  /** How long Kafka may take before a callback goes to the spool as well. Default 1,000 ms. */
  readonly kafkaWithinMs?: number;
  /**
   * After `signal` aborts: how long callbacks are still served while `/readyz` says no. Should be longer than a load
   * balancer takes to notice. Default 5,000 ms.
   */
  readonly lameDuckMs?: number;
  /**
   * After the last answer: how long what is in the spool may take to get into Kafka. What isn't there by then stays on
   * disk for the next ingress. Default 5,000 ms.
   */
  readonly drainMs?: number;
  /**
   * Abort to stop: readiness goes red, serving goes on for `lameDuckMs`, what is in flight ends, the spool is drained
   * as far as it can be, the promise resolves.
   */
  readonly signal: AbortSignal;
  readonly onListening?: (address: string) => void;
  readonly tracing?: Tracing | undefined;
  /** What is wrong with this host, which then should get no callbacks; null where nothing is. */
  readonly hostTrouble?: () => string | null;
  /** Called with what readiness waits for, null when ready, about every second. */
  readonly onWaitingFor?: (what: string | null) => void;
};

const defaultSpoolBytes = 256 * 1024 * 1024;
/** Above this part of its limit the spool makes the ingress not ready: another one should get the callbacks. */
const nearlyFull = 0.9;
const adoptEveryMs = 15_000;
const defaultLameDuckMs = 5_000;
const defaultDrainMs = 5_000;
/** When every answer has gone out or is overdue, what is still connected asks for nothing. */
const cutAfterAnswersMs = 500;
/** Where callbacks wait on disk: how long the start waits for Kafka to tell whether they are of its cluster. */
const identifyWithinMs = 3_000;
/** What ending the Kafka client and the drain's last batch may take: whatever isn't in Kafka by then is in the spool. */
const settleWithinMs = 3_000;

/**
 * Serves callbacks until `signal` aborts. Starts without Kafka too: callbacks then go to the spool.
 * @throws IngressFault PORT_TAKEN, BAD_ENDPOINT, SPOOL_OF_OTHERS, KAFKA_REFUSED
 */
export async function runIngress(options: RunIngressOptions): Promise<void> {
  const { clock, log, metrics, signal } = options;
  const { answerWithinMs } = { ...defaultLimits, ...options.limits };
  const unreadable = new Set<string>();
  const ownership = new Ownership(options.topics('callbacks'), options.kafka.brokers);
  const background = new AbortController();
  const identified = identify(options, ownership, background.signal);
  const spoolOptions: SlotOptions = {
    folder: options.spool.folder,
    limitBytes: options.spool.limitBytes ?? defaultSpoolBytes,
    clock,
    onBroken: (error: unknown) => log.error({ err: error }, 'the spool can not be written: is its disk full?'),
    onMended: () => log.info('the spool can be written again'),
    onUnreadable: (folder: string, error: unknown) => {
      if (unreadable.has(folder)) return;
      unreadable.add(folder);
      log.error({ err: error, spool: folder }, 'a spool can not be opened: what it holds stays there until it can');
    },
    take: (own: Spool) =>
      ownership.take(own).catch((error: unknown) => {
        if (error instanceof IngressFault) throw error;
        // Without a stamp it counts as ours, as those of earlier releases; a disk that takes nothing shows soon enough.
        log.error({ err: error, spool: own.folder }, 'the spool can not be marked as of this pipeline');
        return true;
      }),
    claim: (folder: string) => ownership.claim(folder),
  };
  let spool: Spool;
  try {
    if (await holdsStamps(options.spool.folder)) await waitAtMost(identifyWithinMs, identified, clock);
    await ownership.refuseOthers(spoolOptions);
    spool = await openOwnSlot(spoolOptions);
  } catch (error) {
    background.abort();
    throw error;
  }
  const kafka = connectPublisher(options);
  const publisher = durablePublisher({ ...options, kafka, spool });

  let stopping = false;
  const health: Health = {
    live: () => true,
    waitingFor: () => (stopping ? 'the end of its drain' : (spoolTrouble(spool) ?? options.hostTrouble?.() ?? null)),
  };
  const { tracing } = options;
  const traced = tracing ? tracedPublisher(publisher, tracing, 'ingress') : publisher;
  const app = buildIngress({ ...options, publisher: traced, health });
  app.addHook('onRequest', (_request, reply, next) => {
    // Moves clients that keep a connection to the instance that takes over.
    if (stopping) reply.header('connection', 'close');
    next();
  });

  const unable = Promise.withResolvers<never>();
  unable.promise.catch(() => {});
  const stopReporting = clock.every(1_000, () => {
    options.onWaitingFor?.(health.waitingFor());
    metrics.set('live2vod_ingress_spool_bytes', {}, spool.bytes);
    metrics.set('live2vod_ingress_spool_records', {}, spool.records);
    metrics.set('live2vod_ingress_spool_limit_bytes', {}, spool.limitBytes);
    metrics.set('live2vod_ingress_in_flight_bytes', {}, kafka.inFlightBytes);
  });
  const work = Promise.all([kafka.run(background.signal).catch(unable.reject), drainOwn(), adoptOrphans()]);

  /** Nothing goes from the disk to Kafka before it is known to be of this cluster. */
  async function drainOwn(): Promise<void> {
    await identified;
    if (background.signal.aborted) return;
    try {
      if (!(await spoolOptions.take?.(spool))) throw new Error(`the spool in ${spool.folder} is of an unknown cluster`);
    } catch (error) {
      unable.reject(error);
      return;
    }
    await publisher.drain(background.signal);
  }

  async function adoptOrphans(): Promise<void> {
    await identified;
    while (!background.signal.aborted) {
      if (kafka.connected && publisher.direct) {
        try {
          for await (const orphan of orphanedSlots(spoolOptions)) {
            const ours = await ownership.mayPublish(orphan, (error) =>
              spoolOptions.onUnreadable?.(orphan.folder, error),
            );
            if (!ours) {
              await orphan.close();
              continue;
            }
            log.warn(
              { spool: orphan.folder, records: orphan.records },
              'publishing what another ingress left in its spool',
            );
            await drain({ spool: orphan, kafka, clock, signal: background.signal, untilEmpty: true });
            await orphan.close();
          }
        } catch (error) {
          log.error({ err: error }, 'a spool left by another ingress can not be read');
        }
      }
      await clock.sleep(adoptEveryMs, background.signal);
    }
  }

  try {
    await listen(app, options);
    await Promise.race([aborted(signal), unable.promise]);
    stopping = true;
    options.onWaitingFor?.(health.waitingFor());
    const lameDuckMs = options.lameDuckMs ?? defaultLameDuckMs;
    log.info({ lameDuckMs }, 'stopping: not ready any more, still serving');
    await clock.sleep(lameDuckMs);
  } finally {
    await stopServing(app, answerWithinMs + cutAfterAnswersMs, clock);
    await waitAtMost(options.drainMs ?? defaultDrainMs, spool.drained(), clock);
    if (spool.records > 0)
      log.warn({ spool: spool.folder, records: spool.records }, 'stopping with records in the spool');
    background.abort();
    await waitAtMost(settleWithinMs, work, clock);
    stopReporting();
    publisher.close();
    await spool.close();
  }
}

async function listen(app: FastifyInstance, options: RunIngressOptions): Promise<void> {
  const { host, port, reusePort = false } = options;
  // Fastify hands these to Node's `listen`, which knows `reusePort`; its types don't.
  const where: FastifyListenOptions & { reusePort: boolean } = { host, port, reusePort };
  try {
    const address = await app.listen(where);
    options.onListening?.(address);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    const message = `INGRESS_PORT: port ${port} of ${host} is taken: stop what listens there, or set another port`;
    throw new IngressFault('PORT_TAKEN', message, { retryable: false, cause: error });
  }
}

function spoolTrouble(spool: Spool): string | null {
  if (spool.broken) return 'the disk of the spool';
  const used = spool.bytes / spool.limitBytes;
  return used >= nearlyFull ? `room in the spool (${Math.floor(used * 100)} % full)` : null;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
