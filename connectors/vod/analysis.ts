/** What the cloud's AI finds out about a media: video DNA and smart tags (cloud facts 1.4.19, 1.4.20, 3.3.14, 3.3.15). */
import { z } from 'zod';
import { listOf, rowId, text, time } from './answer.ts';
import { CloudFault } from './fault.ts';
import { type Rows, rowsOf } from './rows.ts';
import type { Rpc } from './rpc.ts';

export type AiJobType = 'AIMediaDNA' | 'AIVideoTag';

export type Analysis = {
  /** One AI job; costs money and knows no idempotency: look before repeating. Told by AIMediaDNAComplete or AIVideoTagComplete. */
  submitAiJob(request: {
    readonly mediaId: string;
    readonly type: AiJobType;
    /** Of this type: `DNADBId`, `AnalyseTypes`. */
    readonly config?: Readonly<Record<string, string>> | null;
  }): Promise<{ readonly jobId: string }>;
  /** DNA and tag jobs, at most 10 of them. */
  listAiJobs(request: { readonly jobIds: readonly string[] }): Promise<Rows<AiJob>>;
  /** What the latest DNA of a media found, each once or more; null where there is none. */
  getMediaDnaResult(request: { readonly mediaId: string }): Promise<readonly SimilarMedia[] | null>;
  /** What the latest tags of a media are; null where there are none. */
  getAiVideoTagResult(request: { readonly mediaId: string }): Promise<readonly MediaTag[] | null>;
};

export type AiJob = {
  readonly jobId: string;
  readonly status: string | null;
  /** Why it failed. */
  readonly code: string | null;
  readonly message: string | null;
  readonly completedAtMs: number | null;
};

/** `similarity` as it is told: 1 is 100 %. */
export type SimilarMedia = { readonly videoId: string; readonly similarity: string | null };

/** `times`: when it is seen, milliseconds, as they are told. */
export type MediaTag = { readonly category: string; readonly name: string; readonly times: readonly string[] };

const submitted = (type: AiJobType) =>
  z.object({
    AIJobList: listOf('AIJob', z.object({ JobId: text, Type: text }))
      .transform((jobs) => jobs.find(({ Type }) => Type === null || Type === type)?.JobId)
      .pipe(z.string()),
  });

const aiJobs = z.object({
  AIJobList: rowsOf(
    'AIJob',
    z.object({ JobId: rowId, Status: text, Code: text, Message: text, CompleteTime: time }).transform(
      (found): AiJob => ({
        jobId: found.JobId,
        status: found.Status,
        code: found.Code,
        message: found.Message,
        completedAtMs: found.CompleteTime,
      }),
    ),
    'JobId',
  ),
});

const dnaResult = z.object({
  DNAResult: z.object({ VideoDNA: listOf('VideoDNA', z.object({ PrimaryKey: text, Similarity: text })) }).nullish(),
});

/** A time stands alone, or several as one JSON text (cloud facts 3.3.15). */
const timeTexts = z.array(text).nullish().catch(null);
const tagList = z.array(z.object({ Tag: text, Times: timeTexts })).catch([]);
const tagResult = z.object({ VideoTagResult: z.record(z.string(), tagList).nullish() });

export function analysis(vod: Rpc): Analysis {
  return {
    async submitAiJob({ mediaId, type, config }) {
      const Config = config && JSON.stringify({ [type]: config });
      const params = { MediaId: mediaId, Types: type, Config };
      return { jobId: (await vod.call('SubmitAIJob', 'change', params, submitted(type))).AIJobList };
    },
    async listAiJobs({ jobIds }) {
      return (await vod.call('ListAIJob', 'read', { JobIds: jobIds.join(',') }, aiJobs)).AIJobList;
    },
    async getMediaDnaResult({ mediaId }) {
      const answer = await orNone(() => vod.call('GetMediaDNAResult', 'read', { MediaId: mediaId }, dnaResult));
      if (!answer?.DNAResult) return null;
      return answer.DNAResult.VideoDNA.flatMap(({ PrimaryKey: videoId, Similarity: similarity }) =>
        videoId === null ? [] : [{ videoId, similarity }],
      );
    },
    async getAiVideoTagResult({ mediaId }) {
      const answer = await orNone(() => vod.call('GetAIVideoTagResult', 'read', { MediaId: mediaId }, tagResult));
      if (!answer?.VideoTagResult) return null;
      return Object.entries(answer.VideoTagResult).flatMap(([category, tags]) =>
        tags.flatMap(({ Tag: name, Times }) =>
          name === null ? [] : [{ category, name, times: (Times ?? []).flatMap(timesIn) }],
        ),
      );
    },
  };
}

function timesIn(told: string | null): readonly string[] {
  if (told === null) return [];
  if (!told.startsWith('[')) return [told];
  try {
    const times: unknown = JSON.parse(told);
    return Array.isArray(times) ? times.map(String) : [];
  } catch {
    return [];
  }
}

/** How the cloud says that there is none (cloud facts 3.3.12). */
async function orNone<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof CloudFault && error.code === 'NoSuchResource') return null;
    throw error;
  }
}
