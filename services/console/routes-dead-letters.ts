/** Dead letters: what could not be used and why, newest first, and sending one of them through again. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { DeadLetter, LetterPage, LetterPageQuery, Redriven } from '../../connectors/kafka/index.ts';
import { ApiFault, badRequest, notFound } from './fault.ts';
import { cursorParameter, limitParameter, parseQuery } from './parse.ts';
import { authorize } from './token.ts';

export type DeadLetters = {
  /** The newest ones that match, at most `limit`, or what follows the page that `cursor` ended. */
  page(query: LetterPageQuery): Promise<LetterPage>;
  /** One by its id; null where there is none. */
  find(id: string, signal?: AbortSignal): Promise<DeadLetter | null>;
  /** Sends one again, unless it was sent before or what it came from can't be fed again. */
  redrive(letter: DeadLetter): Promise<Redriven['result']>;
};

export const deadLetterQuery = z.strictObject({
  reason: z.string().max(100).optional().describe('Only letters with this reason'),
  stage: z.string().max(100).optional().describe('Only letters from this stage'),
  cursor: cursorParameter.optional(),
  limit: limitParameter,
});

export function addDeadLetterRoutes(
  app: FastifyInstance,
  { deadLetters, token }: { readonly deadLetters: DeadLetters; readonly token: string | undefined },
): void {
  const answered = <T>(reading: Promise<T>): Promise<T> =>
    reading.catch((error: unknown) => {
      if (error instanceof RangeError) throw badRequest(error.message);
      const why = error instanceof Error ? error.message.slice(0, 200) : 'unknown error';
      throw new ApiFault(503, 'DEAD_LETTERS_AWAY', `the dead letters are not to be had: ${why}`);
    });

  app.get('/api/dead-letters', async (request, reply) => {
    const { reason, stage, cursor, limit } = parseQuery(deadLetterQuery, request.query);
    const filter = { ...(reason === undefined ? {} : { reason }), ...(stage === undefined ? {} : { stage }) };
    const { items, next } = await answered(deadLetters.page({ filter, cursor, limit, signal: whileAsked(reply) }));
    return { items: items.map(shown), next };
  });

  app.post<{ Params: { partition: string; offset: string } }>(
    '/api/dead-letters/:partition/:offset/redrive',
    async (request, reply) => {
      authorize(request, token);
      const { partition, offset } = request.params;
      if (!/^\d{1,9}$/.test(partition) || !/^\d{1,15}$/.test(offset))
        throw badRequest('partition and offset are whole numbers');
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
