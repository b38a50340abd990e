/** Dead letters: what could not be used and why, newest first, and sending one of them through again. */
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { DeadLetter, LetterPage, LetterPageQuery, Redriven } from '../../connectors/kafka/index.ts';
import { deadLetterReasons, deadLetterStages } from '../../schemas/dead-letter.ts';
import { ApiFault, badRequest, notFound } from './fault.ts';
import { badQuery, epochMs, fault, json, needsToken, pageOf } from './openapi/answers.ts';
import { accepting, cursorIs, cursorParameter, limitParameter } from './parse.ts';
import { authorize } from './token.ts';
import type { ConsoleApp } from './typed-app.ts';

export type DeadLetters = {
  /** The newest ones that match, at most `limit`, or what follows the page that `cursor` ended. */
  page(query: LetterPageQuery): Promise<LetterPage>;
  /** One by its id; null where there is none. */
  find(id: string, signal?: AbortSignal): Promise<DeadLetter | null>;
  /** Sends one again, unless it was sent before or what it came from can't be fed again. */
  redrive(letter: DeadLetter): Promise<Redriven['result']>;
};

/** `unknown` is one that a letter of other writers doesn't tell. */
const oneOf = <T extends string>(all: readonly T[]) => z.enum([...all, 'unknown'], `one of ${all.join(', ')}, unknown`);

const deadLetterQuery = accepting({
  reason: oneOf(deadLetterReasons).optional().describe('Only letters with this reason'),
  stage: oneOf(deadLetterStages).optional().describe('Only letters from this stage'),
  cursor: cursorParameter.optional(),
  limit: limitParameter,
});

const whole = z.int().nonnegative();

const deadLetterPage = pageOf(
  'DeadLetterPage',
  z.object({
    id: z.string().describe('`partition:offset` in the dead-letters topic'),
    partition: whole,
    offset: whole,
    time: epochMs('When it was put aside'),
    key: z.string().nullable(),
    reason: z.string().describe('Why it could not be used, one of a few words'),
    error: z.string().describe('The same in a sentence'),
    stage: z.string().describe('Where it failed'),
    origin: z
      .object({ topic: z.string(), partition: whole, offset: whole })
      .nullable()
      .describe('Where it came from; null for a body that never was a record'),
    redrivenTime: z.int().nullable().describe('When it was sent again, epoch milliseconds'),
    sizeBytes: whole,
    excerpt: z.string().describe('The first 1024 bytes as text'),
  }),
);

const place = z.strictObject({
  partition: z
    .string()
    .regex(/^\d{1,9}$/, 'a whole number')
    .describe('Partition in the dead-letters topic'),
  offset: z
    .string()
    .regex(/^\d{1,15}$/, 'a whole number')
    .describe('Offset there'),
});

const redriven = z.object({ id: z.string(), result: z.enum(['sent', 'already sent']) }).meta({ id: 'Redriven' });

export function addDeadLetterRoutes(
  app: ConsoleApp,
  { deadLetters, token }: { readonly deadLetters: DeadLetters; readonly token: string | undefined },
): void {
  const answered = <T>(reading: Promise<T>): Promise<T> =>
    reading.catch((error: unknown) => {
      if (error instanceof RangeError) throw badRequest(`query parameter cursor: ${cursorIs}`);
      const why = error instanceof Error ? error.message.slice(0, 200) : 'unknown error';
      throw new ApiFault(503, 'DEAD_LETTERS_AWAY', `the dead letters are not to be had: ${why}`);
    });

  const away = { 503: fault("Kafka doesn't answer") };
  const listing = {
    operationId: 'listDeadLetters',
    summary: 'Records that could not be used, newest first',
    querystring: deadLetterQuery,
    response: { 200: json('A page of dead letters', deadLetterPage), ...badQuery, ...away },
  };
  app.get('/api/dead-letters', { schema: listing }, async (request, reply) => {
    const { reason, stage, cursor, limit } = request.query;
    const filter = { ...(reason === undefined ? {} : { reason }), ...(stage === undefined ? {} : { stage }) };
    const { items, next } = await answered(deadLetters.page({ filter, cursor, limit, signal: whileAsked(reply) }));
    return { items: items.map(shown), next };
  });

  const redriving = {
    operationId: 'redriveDeadLetter',
    summary: 'Sends one dead letter through again',
    params: place,
    response: {
      202: json('It was sent, now or before', redriven),
      400: fault('No such place'),
      ...needsToken.refusals,
      404: fault('Not known'),
      409: fault('What it came from is not fed again; the message says why'),
      ...away,
    },
    security: needsToken.security,
  };
  app.post(
    '/api/dead-letters/:partition/:offset/redrive',
    { schema: redriving, preValidation: async (request) => authorize(request, token) },
    async (request, reply) => {
      const { partition, offset } = request.params;
      const id = `${Number(partition)}:${Number(offset)}`;
      const letter = await answered(deadLetters.find(id, whileAsked(reply)));
      if (!letter) throw notFound(`dead letter ${id}`);
      const result = await answered(deadLetters.redrive(letter));
      if (typeof result === 'object')
        throw new ApiFault(409, 'NOT_REDRIVEN', `dead letter ${id} can't be sent again: ${result.refused}`);
      return reply.code(202).send({ id, result });
    },
  );
}

/** Aborts once the client has gone without its answer. */
function whileAsked(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort(new Error('the client has gone'));
  });
  return gone.signal;
}

/** What is shown of a letter: the beginning of its bytes as text, not all of up to 1 MiB. */
function shown({ letter, sizeBytes }: LetterPage['items'][number]) {
  const { id, record, reason, error, stage, origin, redrivenAtMs } = letter;
  return {
    id,
    partition: record.partition,
    offset: record.offset,
    time: record.timestampMs,
    key: record.key,
    reason,
    error,
    stage,
    origin,
    redrivenTime: redrivenAtMs,
    sizeBytes,
    excerpt: record.value?.toString('utf8') ?? '',
  };
}
