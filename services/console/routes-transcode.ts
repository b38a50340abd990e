/** `POST /api/videos/{videoId}/transcode`: a person says that a video is to be transcoded. */
import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Clock } from '../../platform/host/index.ts';
import type { OperatorClipRequest, OperatorTranscodeRequest } from '../../processors/callback/index.ts';
import type { Policy } from '../../processors/policy/index.ts';
import { hasSource, maxGenerations, streamAwaitedUntilMs } from '../../processors/video/index.ts';
import type { VideoState } from '../../schemas/generated/VideoState.ts';
import { noTranscode } from '../../schemas/template-groups.ts';
import { ApiFault, notFound } from './fault.ts';
import { fault, json, needsToken } from './openapi/answers.ts';
import { accepting, groupIs, keyIs } from './parse.ts';
import type { StateView } from './state-view.ts';
import { authorize } from './token.ts';
import type { ConsoleApp } from './typed-app.ts';

const priorityIs = 'a whole number from 1 to 10';

const transcodeBody = accepting({
  templateGroupId: z
    .string(groupIs)
    .regex(/^[A-Za-z0-9_-]{1,64}$/, groupIs)
    .refine((id) => id !== noTranscode, `a template group that transcodes: ${noTranscode} doesn't`),
  priority: z.int(priorityIs).min(1, priorityIs).max(10, priorityIs).optional(),
  idempotencyKey: z
    .string(keyIs)
    .regex(/^[A-Za-z0-9_.:-]{1,64}$/, keyIs)
    .optional()
    .describe('Asking again with the same key asks for the same job'),
});

const asked = z
  .object({ videoId: z.string(), templateGroupId: z.string(), idempotencyKey: z.string() })
  .meta({ id: 'TranscodeAsked' });

const transcoding = {
  operationId: 'transcodeVideo',
  summary: 'A person says that the video is to be transcoded',
  params: z.strictObject({ videoId: z.string().describe('VideoId') }),
  body: transcodeBody,
  response: {
    202: json('The wish is durable; the job shows in the ledger of the video', asked),
    400: fault('The body is not accepted; the message names the field'),
    ...needsToken.refusals,
    404: fault('Not known'),
    409: fault('The cloud would not accept a transcode now; the message says what is missing'),
  },
  security: needsToken.security,
};

/** Makes an operator's request durable on `callbacks`. */
export type PublishOperatorRequest = (request: OperatorTranscodeRequest | OperatorClipRequest) => Promise<void>;

export type TranscodeRouteOptions = {
  readonly view: StateView;
  readonly token: string | undefined;
  /** `PolicyBook.unknownStream`. */
  readonly unknownStream: Policy;
  readonly publish: PublishOperatorRequest;
  readonly clock: Clock;
};

export function addTranscodeRoute(app: ConsoleApp, options: TranscodeRouteOptions): void {
  const route = {
    schema: transcoding,
    preValidation: async (request: FastifyRequest) => authorize(request, options.token),
  };
  app.post('/api/videos/:videoId/transcode', route, async (request, reply) => {
    const { videoId } = request.params;
    const state = await options.view.get('video-state', videoId);
    if (!state) throw notFound(`video ${videoId}`);
    const nowMs = options.clock.now();
    const missing = missingForTranscode(state) ?? missingStream(state, options.unknownStream, nowMs);
    if (missing) throw new ApiFault(409, 'NOT_READY', `video ${videoId} can't be transcoded: ${missing}`);
    const { templateGroupId, priority } = request.body;
    const idempotencyKey = request.body.idempotencyKey ?? defaultKey(state, templateGroupId);
    await options.publish({
      type: 'OperatorTranscodeRequest',
      videoId,
      region: state.region,
      atMs: nowMs,
      templateGroupId,
      priority: priority ?? null,
      idempotencyKey,
    });
    return reply.code(202).send({ videoId, templateGroupId, idempotencyKey });
  });
}

/** What keeps the cloud from accepting a transcode of this video, in words; null when nothing does (cloud facts 3.1). */
export function missingForTranscode(state: VideoState): string | null {
  if (state.subject !== 'VIDEO') return `it is no video (subject ${state.subject})`;
  if (state.status === 'DELETED') return 'it was deleted';
  if (state.sourceGone) return 'its source was deleted';
  if (state.retired) return 'it was retired: nothing is started for it any more';
  if (state.auditStatus === 'BLOCKED') return 'the audit blocked it';
  if (!hasSource(state)) {
    if (state.kind === 'COMPOSED') return 'its composition is not finished (FileUploadComplete has not arrived)';
    if (state.kind === 'SEGMENT') return 'its source is not ready (FileUploadComplete has not arrived)';
    return 'no source is known for it (FileUploadComplete has not arrived)';
  }
  const { hold } = state.jobs.find((job) => job.hold !== null && job.hold !== 'PASSED') ?? { hold: null };
  if (hold === 'AUDIT') return 'its audit has no verdict yet (AIMediaAuditComplete has not arrived)';
  if (hold === 'REVIEW')
    return 'its audit leaves it to a person, who has to let it pass first (CreateAudit at the cloud)';
  const awaiting = state.jobs.some((job) => job.state === 'AWAITING_APPROVAL');
  if (!awaiting && state.jobs.some((job) => job.generation >= maxGenerations))
    return `it was asked for ${maxGenerations} times already, which is the most`;
  return null;
}

/** A request that the processor keeps until the stream is known would be lost for an upload, and its key with it. */
function missingStream(state: VideoState, unknownStream: Policy, nowMs: number): string | null {
  const untilMs = streamAwaitedUntilMs(state, unknownStream);
  if (untilMs === null || nowMs >= untilMs) return null;
  const until = new Date(untilMs).toISOString();
  return `its stream is not known yet, and may be one whose videos are audited first; from ${until} on it counts as an upload`;
}

/**
 * One request per (requests granted so far, template group): a double click is one job, a later wish is another. A
 * granted request may be an approval, which answers a job of the policy instead of adding one.
 */
function defaultKey(state: VideoState, templateGroupId: string): string {
  const granted = state.jobs.filter((job) => job.requestId !== null).length;
  return createHash('sha256').update(`${state.videoId}|${templateGroupId}|${granted}`).digest('hex').slice(0, 32);
}
