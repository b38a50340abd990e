/** `POST /api/sessions/{sessionId}/clips`: a person asks for a clip, cut out of a session by time. */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Clock } from '../../platform/host/index.ts';
import { compositionKeyOf, standInOf } from '../../processors/composition-token.ts';
import { type ClipSource, clipTokenOf, planClip, sessionLimits } from '../../processors/session/index.ts';
import { sourceOnlyOf } from '../../processors/video/index.ts';
import { hasControlCharacter } from '../../schemas/bounds.ts';
import type { SessionClip, SessionState } from '../../schemas/generated/SessionState.ts';
import { ApiFault, notFound } from './fault.ts';
import { epochMs, fault, json, needsToken } from './openapi/answers.ts';
import { accepting, groupIs, keyIs } from './parse.ts';
import type { PublishOperatorRequest } from './routes-transcode.ts';
import type { StateView } from './state-view.ts';
import { authorize } from './token.ts';
import type { ConsoleApp } from './typed-app.ts';

/** Most of a title that fits into the cloud's 128 bytes with the token. */
const maxTitleBytes = 60;

const momentIs = 'seconds since the session began, 0 or more, or a time as ISO 8601 with its zone';

const moment = z
  .union([z.number(momentIs).min(0, momentIs), z.iso.datetime({ offset: true, error: momentIs })], momentIs)
  .describe('Seconds since the session began, or a time as ISO 8601');

const titleIs = `1 to ${maxTitleBytes} bytes`;

const clipBody = accepting({
  from: moment,
  to: moment,
  title: z
    .string(titleIs)
    .trim()
    .min(1, titleIs)
    .refine((text) => Buffer.byteLength(text) <= maxTitleBytes, titleIs)
    .refine((text) => !hasControlCharacter(text), 'no control characters')
    .optional()
    .describe("Of the clip's video; its stream's name, where absent"),
  templateGroupId: z
    .string(groupIs)
    .regex(/^[A-Za-z0-9_-]{1,64}$/, groupIs)
    .optional()
    .describe('What transcodes the clip; where absent it is left as it is'),
  idempotencyKey: z
    .string(keyIs)
    .regex(/^[A-Za-z0-9_.:-]{1,64}$/, keyIs)
    .optional()
    .describe('The same cut for the same template group is the same clip; a key of one’s own makes it another'),
});

const part = z.object({ videoId: z.string(), inSeconds: z.number(), outSeconds: z.number().nullable() });
const gap = z.object({ startTime: epochMs('From'), endTime: epochMs('To') });

const asked = z
  .object({
    sessionId: z.string(),
    token: z.string().describe('Names the clip in `clips[]` of the session'),
    state: z.string().describe('REQUESTED, or that of the clip where the same was asked for before'),
    videoId: z.string().nullable().describe('Its video, where the same was asked for before and the cloud named one'),
    from: epochMs('What it shows begins'),
    to: epochMs('What it shows ends'),
    parts: z.array(part).describe('In order; `outSeconds` null: to the end of the recording'),
    gaps: z.array(gap).describe('What was asked for and not recorded: left out'),
    spareSeconds: z
      .number()
      .describe('At either end there may be so much more: where in a file the stream paused, nothing tells'),
  })
  .meta({ id: 'ClipAsked' });

const clipping = {
  operationId: 'clipSession',
  summary: 'A person asks for a clip, cut out of the session by time',
  params: z.strictObject({ sessionId: z.string().describe('Session id, its slashes as %2F') }),
  body: clipBody,
  response: {
    202: json('The wish is durable; the clip shows in the session', asked),
    400: fault('The body is not accepted, or the time was not recorded; the message says what is'),
    ...needsToken.refusals,
    404: fault('Not known'),
    409: fault('The cloud would not cut it now, or the same clip has failed; the message says which'),
  },
  security: needsToken.security,
};

export type ClipRouteOptions = {
  readonly view: StateView;
  readonly token: string | undefined;
  readonly publish: PublishOperatorRequest;
  readonly clock: Clock;
};

export function addClipRoute(app: ConsoleApp, options: ClipRouteOptions): void {
  const { view, clock } = options;
  const route = {
    schema: clipping,
    preValidation: async (request: FastifyRequest) => authorize(request, options.token),
  };
  app.post('/api/sessions/:sessionId/clips', route, async (request, reply) => {
    const session = await sessionOf(view, request.params.sessionId);
    const { sessionId, stream } = session;
    const { templateGroupId = null, idempotencyKey = null, title = stream.streamName } = request.body;
    const [from, to] = [request.body.from, request.body.to].map((at) =>
      typeof at === 'number' ? session.startTime + Math.round(at * 1000) : Date.parse(at),
    ) as [number, number];
    const plan = planClip(await sourcesOf(view, session, from, to), from, to);
    if ('refused' in plan)
      throw new ApiFault(plan.refused === 'NOT_NORMAL' ? 409 : 400, plan.refused, `no clip: ${plan.message}`);
    const token = clipTokenOf(plan.parts, templateGroupId, idempotencyKey);
    const before = session.clips.find((clip) => compositionKeyOf(clip.token) === compositionKeyOf(token));
    refuseEnded(before);
    // A request that was refused takes no place: nothing was cut for it.
    const cut = session.clips.filter(({ state }) => state !== 'REFUSED').length;
    if (!before && cut >= sessionLimits.clips)
      throw new ApiFault(409, 'TOO_MANY_CLIPS', `the session has ${cut} clips, which is the most`);
    if (!before)
      await options.publish({
        ...{ type: 'OperatorClipRequest', videoId: standInOf(token), region: null, atMs: clock.now(), token },
        ...{ stream, sessionId, templateGroupId },
        clip: { fromMs: plan.fromMs, toMs: plan.toMs, title, parts: plan.parts },
      });
    return reply.code(202).send({
      ...{ sessionId, token: before?.token ?? token, state: before?.state ?? 'REQUESTED' },
      videoId: before?.videoId ?? null,
      ...{ from: plan.fromMs, to: plan.toMs, parts: [...plan.parts] },
      gaps: plan.gaps.map(({ startMs, endMs }) => ({ startTime: startMs, endTime: endMs })),
      spareSeconds: plan.spareMs / 1000,
    });
  });
}

/** The session of this id, or the one that it was merged into. */
async function sessionOf(view: StateView, sessionId: string): Promise<SessionState> {
  const session = await view.get('session-state', sessionId);
  if (!session) throw notFound(`session ${sessionId}`);
  if (session.mergedInto === null) return session;
  const merged = await view.get('session-state', session.mergedInto);
  if (!merged || merged.mergedInto !== null) throw notFound(`session ${session.mergedInto}`);
  return merged;
}

/** The recordings, and of those that the clip may be cut out of how long they are and how they stand. */
async function sourcesOf(view: StateView, session: SessionState, fromMs: number, toMs: number): Promise<ClipSource[]> {
  const isAsked = toMs - fromMs <= sessionLimits.clipMs;
  const sources: ClipSource[] = [];
  for (const { videoId, startTime: startMs, endTime: endMs, format, ...segment } of session.segments) {
    const mayBePart = isAsked && startMs < toMs && fromMs < endMs;
    const video = mayBePart ? await view.get('video-state', videoId) : null;
    // What isn't followed any more isn't being transcoded.
    const { status, sourceOnly } = video
      ? { status: video.status, sourceOnly: sourceOnlyOf(video) }
      : { status: segment.status, sourceOnly: 'FOR_GOOD' as const };
    const durationSeconds = video?.durationSeconds ?? null;
    sources.push({ videoId, startMs, endMs, format, status, sourceOnly, durationSeconds });
  }
  return sources;
}

/** The same clip isn't tried again by itself: it might be paid for twice. */
function refuseEnded(clip: SessionClip | undefined): void {
  if (clip === undefined || !['FAILED', 'IN_DOUBT', 'REFUSED'].includes(clip.state)) return;
  const why = [clip.errorCode, clip.errorMessage].filter((text) => text !== null).join(': ');
  const again = 'ask with an idempotencyKey (--key) of your own to have it cut again';
  throw new ApiFault(
    409,
    `CLIP_${clip.state}`,
    `the same clip, ${clip.token}, is ${clip.state}${why && ` (${why})`}: ${again}`,
  );
}
