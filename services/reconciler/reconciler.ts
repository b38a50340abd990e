import type { Codec } from '../../connectors/avro/index.ts';
import {
  type ConsumedRecord,
  groupless,
  IdempotentProducer,
  internalRecord,
  type KafkaSettings,
  TopicReader,
} from '../../connectors/kafka/index.ts';
import { CloudFault, callLimiter } from '../../connectors/vod/index.ts';
import { Abandoned } from '../../platform/abandoned.ts';
import type { Platform } from '../../platform/host/index.ts';
import { loggedRetry, retryWhileUnavailable } from '../../platform/retry.ts';
import type { Logger, Metrics } from '../../platform/telemetry/index.ts';
import { Waits } from '../../platform/waits.ts';
import { whenAvailable } from '../../platform/when-available.ts';
import { defaultPolicy, type PolicyBook } from '../../processors/policy/index.ts';
import type { VideoState } from '../../schemas/generated/VideoState.ts';
import type { TopicId } from '../../schemas/topics.ts';
import type { Finding } from './findings.ts';
import { type BackfillCloud, type GapFiller, gapFiller } from './gap-filler.ts';
import type { KnownVideo } from './needs.ts';
import type { Ask } from './sweep.ts';
import { isWithin, type SweepTarget } from './target.ts';
import { type WatchListOptions, watchList } from './watch-list.ts';

export type ReconcilerOptions = {
  readonly kafka: KafkaSettings;
  readonly topics: (id: TopicId) => string;
  readonly codecs: { readonly videoState: Pick<Codec<VideoState>, 'decode'> };
  /** The client of a region; null is the home region. */
  readonly cloudOf: (region: string | null) => BackfillCloud;
  readonly policies: PolicyBook;
  /** Domains or streams that are recorded, so that a recording is found even if nothing was ever heard of it. */
  readonly targets: readonly SweepTarget[];
  /** Regions that callbacks come from, the home region first: their recordings are listed even if nothing was ever heard of them. */
  readonly regions: readonly string[];
  readonly platform: Platform;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly signal: AbortSignal;
  /** Called with what keeps it from its work, in words; null once nothing does. */
  readonly waitingFor?: (what: string | null) => void;
  /** How often silent videos are asked about. Default 30 s. */
  readonly checkEveryMs?: number;
  /** How often the recordings of the targets are listed. Default 15 min. */
  readonly sweepEveryMs?: number;
  /** How far back a sweep goes. Default 24 h; after a longer absence of the whole pipeline raise it once. */
  readonly lookbackMs?: number;
  /** Overrides the policies' `silentAfterSeconds`, for tests. */
  readonly silentAfterMs?: number;
  /** Questions a second. Default 10: callbacks are the rule, this is the exception. */
  readonly questionsPerSecond?: number;
};

const beginning = -2;
const pollMs = 500;
const pollRecords = 1_000;
const videosPerRound = 100;
const mostTries = 6;
const retryBackoff = { firstMs: 500, longestMs: 10_000 };

/**
 * Finds callbacks that never came. Follows `video-state`; asks the cloud about videos that were silent for longer than
 * their policy allows, and on a schedule for all recordings of the targets and of streams that were heard of; publishes
 * what it learns on `callbacks`. It keeps no position of its own: after a restart it reads the states again and asks
 * again for what they still miss.
 */
export async function runReconciler(options: ReconcilerOptions): Promise<void> {
  const { kafka, platform, log, signal } = options;
  const waits = new Waits((what) => options.waitingFor?.(what));
  const reader = new TopicReader({
    connect: groupless(kafka, { signal }),
    clock: platform,
    log,
    signal,
    onWaitingFor: waits.part('reader', 'Kafka'),
  });
  let producer: IdempotentProducer | undefined;
  try {
    const publisher = { platform, log, signal, waitingFor: waits.part('producer', 'Kafka') };
    producer = await whenAvailable(publisher, 'Kafka', () => IdempotentProducer.connect(kafka, { signal }));
    await reconcile(options, { reader, producer, waits });
  } catch (error) {
    if (!(error instanceof Abandoned)) throw error;
  } finally {
    await reader.close();
    await producer?.close();
  }
}

type Connections = { readonly reader: TopicReader; readonly producer: IdempotentProducer; readonly waits: Waits };

async function reconcile(options: ReconcilerOptions, { reader, producer, waits }: Connections): Promise<void> {
  const { topics, platform, log, metrics } = options;
  const ending = new AbortController();
  const signal = AbortSignal.any([options.signal, ending.signal]);
  const retry = loggedRetry(platform, log);
  const watch = watchList({ silentAfterMs: silenceOf(options) });
  const registry = { platform, log, signal, waitingFor: waits.part('registry', null) };
  const waitForStates = waits.part('states', 'the states to be read');

  async function report({ body }: Finding, region: string | null): Promise<void> {
    const event = { source: 'reconciler', key: body.VideoId, region, body } as const;
    await retry('publish a finding', signal, () => producer.send(internalRecord(topics, event, platform.now())));
    metrics.count('live2vod_reconciler_findings_total', { type: body.EventType });
    log.info({ videoId: body.VideoId, eventType: body.EventType }, 'supplied a callback that never came');
  }

  async function learn({ key, value, partition, offset }: ConsumedRecord): Promise<void> {
    if (value === null) {
      if (key !== null) watch.forget(key);
      return;
    }
    try {
      const decode = () => options.codecs.videoState.decode(value);
      watch.learn(await whenAvailable(registry, 'the schema registry', decode));
    } catch (error) {
      if (error instanceof Abandoned) throw error;
      log.error({ err: error, partition, offset }, 'a state could not be read');
    }
  }

  const shared = {
    ask: politely({ ...options, signal }),
    watch,
    platform,
    log,
    tooYoungMs: options.silentAfterMs ?? Math.min(...shortestSilencesMs(options.policies)),
  };
  const [home = null] = options.regions;

  /** A video is known to the cloud of its region alone. */
  function gapsOf(region: string | null): GapFiller {
    return gapFiller({
      ...shared,
      region,
      cloud: () => options.cloudOf(region),
      report: (finding) => report(finding, region),
    });
  }

  async function check(silent: readonly KnownVideo[]): Promise<void> {
    for (const [region, videos] of Map.groupBy(silent, (video) => video.region ?? home))
      await gapsOf(region).checkVideos(videos);
  }

  // A sweep of many streams takes long; silent videos are asked about meanwhile.
  let sweeping: Promise<void> | null = null;
  let sweepFailure: unknown;

  async function sweep(nowMs: number): Promise<void> {
    const window = { fromMs: nowMs - (options.lookbackMs ?? 24 * 60 * 60_000), toMs: nowMs };
    try {
      const heard = Map.groupBy(watch.streams(), (stream) => stream.region ?? home);
      for (const region of new Set([home, ...options.regions, ...heard.keys()]))
        await gapsOf(region).sweep(targetsOf(options.targets, heard.get(region) ?? []), window);
    } catch (error) {
      sweepFailure = error;
    }
    sweeping = null;
  }

  try {
    const topic = topics('video-state');
    const count = await reader.ask((client) => client.partitionsOf(topic));
    await reader.assign(Array.from({ length: count }, (_, partition) => ({ topic, partition, offset: beginning })));
    let checkAtMs = 0;
    let sweepAtMs = 0;
    while (!signal.aborted) {
      for (const record of await reader.poll(pollRecords, pollMs)) await learn(record);
      const nowMs = platform.now();
      // Until all states were read everything would look missing.
      if (!reader.caughtUp) continue;
      waitForStates(null);
      if (nowMs >= checkAtMs) {
        const due = watch.due(nowMs, videosPerRound);
        if (due.length > 0) await check(due);
        checkAtMs = nowMs + (options.checkEveryMs ?? 30_000);
      }
      if (sweepFailure !== undefined) throw sweepFailure;
      if (nowMs >= sweepAtMs && sweeping === null) {
        sweeping = sweep(nowMs);
        sweepAtMs = nowMs + (options.sweepEveryMs ?? 15 * 60_000);
      }
    }
  } finally {
    ending.abort();
    await sweeping;
  }
}

/** Questions at a bounded rate; one that isn't answered after some tries is left for the next round. */
function politely({ platform, signal, questionsPerSecond }: ReconcilerOptions): Ask {
  const slow = callLimiter({ perSecond: questionsPerSecond ?? 10, atOnce: 4 }, platform);
  return async (work) => {
    const ask = async () => {
      const answer = await slow.call(signal, async () => ({ kind: 'answer' as const, value: await work() }));
      if (answer.kind === 'fault') throw new CloudFault({ ...answer.fault, action: 'reconciler' });
      return answer.value;
    };
    try {
      return await retryWhileUnavailable(ask, {
        platform,
        signal,
        backoff: retryBackoff,
        maxTries: mostTries,
        isRetryable: (error) => error instanceof CloudFault && error.kind !== 'terminal',
      });
    } catch (error) {
      if (signal.aborted) throw new Abandoned({ cause: error });
      throw error;
    }
  };
}

function silenceOf({ silentAfterMs, policies }: ReconcilerOptions): WatchListOptions['silentAfterMs'] {
  const unknownStreamMs = Math.min(...shortestSilencesMs(policies));
  return ({ stream }) =>
    silentAfterMs ?? (stream === null ? unknownStreamMs : policies.policyFor(stream).silentAfterSeconds * 1000);
}

function shortestSilencesMs(policies: PolicyBook): readonly number[] {
  return [defaultPolicy, ...policies.rules].map((rule) => rule.silentAfterSeconds * 1000);
}

/** The targets, and streams that were heard of and belong to none of them. */
function targetsOf(targets: readonly SweepTarget[], heard: readonly Required<SweepTarget>[]): readonly SweepTarget[] {
  return [...targets, ...heard.filter((stream) => !targets.some((target) => isWithin(target, stream)))];
}
