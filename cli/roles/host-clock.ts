/** The clock of a role: this host's, watched against those of Kafka and of every server that the role speaks to. */
import { hostname } from 'node:os';
import type { ClockReading } from '../../platform/host/index.ts';
import { type Platform, sinceBootMs, systemPlatform, TrustedClock, watchHttpDates } from '../../platform/host/index.ts';
import type { Logger, Metrics } from '../../platform/telemetry/index.ts';
import { waitAtMost } from '../../platform/wait-at-most.ts';
import { brokerAddresses, isLoopback } from '../../schemas/address.ts';
import type { RoleName } from './context.ts';

export type HostClock = {
  /** The platform with this clock. */
  readonly platform: Platform;
  /** What is wrong with it, in words; null where nothing is known to be. */
  readonly trouble: () => string | null;
  close(): Promise<void>;
};

export type HostClockOptions = {
  readonly role: RoleName;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Where there are brokers: their names, and what asks one for the time. */
  readonly kafka?: { readonly brokers: string; ask(signal: AbortSignal): Promise<ClockReading | null> };
};

/** Between two questions to Kafka, which cost two connections each. */
const askEveryMs = 5 * 60_000;
/** Roles of one host start together; their first questions needn't come at once. */
const firstWithinMs = 8_000;
const reportEveryMs = 1_000;
const closeWithinMs = 3_000;

export function hostClock({ role, log, metrics, kafka }: HostClockOptions): HostClock {
  const trusted = new TrustedClock({ clock: systemPlatform, sinceBootMs });
  const stopDates = watchHttpDates(systemPlatform, (host, reading) => trusted.read(host, reading, isLocal(host)));
  let told: string | null = null;
  const stopReporting = systemPlatform.every(reportEveryMs, () => {
    const { trouble, offsetMs } = trusted;
    if (offsetMs !== null) metrics.set('live2vod_clock_offset_seconds', {}, offsetMs / 1_000);
    metrics.set('live2vod_clock_trouble', {}, trouble === null ? 0 : 1);
    if ((trouble === null) !== (told === null)) {
      if (trouble === null) log.info('the clock of this host is right again');
      else log.error({ waitingFor: trouble }, 'the clock of this host can not be relied on');
    }
    told = trouble;
  });
  const closing = new AbortController();
  const asking = kafka === undefined ? Promise.resolve() : askAgainAndAgain(kafka, trusted, log, closing.signal);
  // What a processor does by time must not be done early; the others need the time as it most likely is.
  const now = role === 'processor' ? () => trusted.notAhead() : () => trusted.now();
  return {
    platform: { ...systemPlatform, now },
    trouble: () => trusted.trouble,
    async close() {
      stopDates();
      stopReporting();
      closing.abort();
      await waitAtMost(closeWithinMs, asking, systemPlatform);
    },
  };
}

async function askAgainAndAgain(
  kafka: NonNullable<HostClockOptions['kafka']>,
  trusted: TrustedClock,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  const local = brokerAddresses(kafka.brokers)?.every(({ host }) => isLocal(host)) ?? false;
  await systemPlatform.sleep(systemPlatform.random() * firstWithinMs, signal);
  while (!signal.aborted) {
    try {
      const reading = await kafka.ask(signal);
      if (reading !== null) trusted.read('Kafka', reading, local);
    } catch (error) {
      // Kafka away is told by others; a right that is missing only here says why the clock isn't compared.
      log.debug({ err: error }, 'Kafka does not tell the time');
    }
    await systemPlatform.sleep(askEveryMs, signal);
  }
}

/** Whether a server is this very host, as far as its name tells. */
export function isLocal(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  return /^(?:localhost|0\.0\.0\.0)$/i.test(bare) || isLoopback(bare) || bare === hostname();
}
