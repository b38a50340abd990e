import type { Codec } from '../../connectors/avro/index.ts';
import { allReadable, type CallLimiter, type ProductionPart, type VodCloud } from '../../connectors/vod/index.ts';
import type { Platform } from '../../platform/host/index.ts';
import { standInOf, titleMarkOf } from '../../processors/composition-token.ts';
import type { ComposeJob } from '../../schemas/generated/ComposeJob.ts';
import {
  beginCompose,
  type ComposeAnswer,
  type ComposeCall,
  type ComposeEnding,
  type ComposeRules,
  continueCompose,
} from './compose-attempt.ts';
import { type JobContext, type JobEnding, type JobReader, rightOf } from './job-kind.ts';

export type ComposeJobsOptions = {
  readonly codec: Pick<Codec<ComposeJob>, 'decode'>;
  /** The client of a region; null is the home region. */
  readonly cloudOf: (region: string | null) => Pick<VodCloud, 'produceEditingProjectVideo' | 'searchMedia'>;
  /** A region's bucket of the products, null for its own choice; the cloud requires one outside Shanghai. */
  readonly storageLocationOf: (region: string | null) => string | null;
  readonly submitting: CallLimiter;
  readonly asking: CallLimiter;
  readonly rules: ComposeRules;
  readonly platform: Platform;
};

/** Jobs of `compose-jobs`, compositions and clips: ProduceEditingProjectVideo with the token in the title, by which the product is found in doubt. */
export function composeJobs(options: ComposeJobsOptions): JobReader {
  const { codec, cloudOf, rules, platform } = options;

  async function answerOf(
    job: ComposeJob,
    call: ComposeCall,
    dueAtMs: number,
    signal: AbortSignal,
  ): Promise<ComposeAnswer> {
    if (call.kind === 'search') {
      return await options.asking.call(signal, async () => {
        const { media, odd } = await cloudOf(job.region).searchMedia({ match: `Title = '${job.token}'` });
        // The search is fuzzy; ours has the whole token in its title.
        const ours = media.filter((one) => one.title?.includes(titleMarkOf(job.token)));
        if (ours.length === 0) allReadable('SearchMedia', odd);
        return { kind: 'searched' as const, productIds: ours.map((one) => one.mediaId).reverse() };
      });
    }
    const produce = async () => {
      if (platform.monotonicMs() - dueAtMs > rules.staleAfterMs) return { kind: 'stale' as const };
      const { mediaId } = await cloudOf(job.region).produceEditingProjectVideo({
        title: titleOf(job),
        parts: partsOf(job),
        templateGroupId: job.templateGroupId,
        storageLocation: options.storageLocationOf(job.region),
      });
      return { kind: 'produced' as const, productId: mediaId };
    };
    return await options.submitting.call(signal, produce, rightOf('compose', job.region));
  }

  async function work(job: ComposeJob, context: JobContext): Promise<JobEnding> {
    let step = beginCompose(context.mayHaveStarted, platform.now());
    while (step.do === 'call') {
      const dueAtMs = platform.monotonicMs() + step.afterMs;
      if (step.afterMs > 0) await context.pause(step.afterMs);
      const answer = await answerOf(job, step.attempt.call, dueAtMs, context.signal);
      step = continueCompose(job, step.attempt, answer, rules, platform.now(), platform.random);
    }
    return endingOf(job, step.ending, step.productions);
  }

  function endingOf(job: ComposeJob, ending: ComposeEnding, productions: number): JobEnding {
    const about = {
      region: job.region,
      atMs: platform.now(),
      stream: job.stream,
      sessionId: job.sessionId,
      token: job.token,
      attempt: Math.max(1, productions),
      segmentVideoIds: job.videoIds,
      ...(job.clip === null ? {} : { clip: { fromMs: job.clip.from, toMs: job.clip.to, title: job.clip.title } }),
    };
    if (ending.outcome === 'acknowledged')
      return {
        result: 'acknowledged',
        event: {
          type: 'ComposeJobAcknowledged',
          videoId: ending.productId,
          ...about,
          templateGroupId: job.templateGroupId,
        },
      };
    const { outcome, code: errorCode, message: errorMessage } = ending;
    const type = outcome === 'failed' ? 'ComposeJobFailed' : 'ComposeJobInDoubt';
    const event = { type, videoId: standInOf(job.token), ...about, errorCode, errorMessage } as const;
    return { result: outcome, event, error: errorMessage };
  }

  return {
    name: 'compose',
    async read(bytes) {
      const job = await codec.decode(bytes);
      return {
        kind: 'compose',
        plannedAtMs: job.plannedAt,
        independent: false,
        work: (context) => work(job, context),
        broken: (message) => endingOf(job, { outcome: 'in-doubt', code: 'JobBroke', message }, 1),
      };
    },
  };
}

function partsOf({ videoIds, clip }: ComposeJob): readonly ProductionPart[] {
  if (clip === null) return videoIds.map((mediaId) => ({ mediaId }));
  return clip.parts.map(({ videoId: mediaId, inSeconds, outSeconds }) => ({ mediaId, inSeconds, outSeconds }));
}

/** The cloud takes titles of up to 128 bytes; the token must be whole. */
const longestNameBytes = 60;

/** What people see in the media library, with the token that identifies the product. */
export function titleOf(job: Pick<ComposeJob, 'stream' | 'token' | 'clip'>): string {
  const name = Buffer.from(job.clip?.title ?? job.stream.streamName)
    .subarray(0, longestNameBytes)
    .toString()
    .replace(/\uFFFD+$/, '');
  return `${name} ${titleMarkOf(job.token)}`;
}
