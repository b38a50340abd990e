/** Dead letters: what could not be used and why, newest first, and sending one of them through again. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { DeadLetter, LetterFilter, Redriven } from '../kafka/index.ts';
import { ApiFault, badRequest, notFound } from './fault.ts';
import { cursorParameter, limitParameter, parseQuery } from './parse.ts';
import { authorize } from './routes-transcode.ts';

export type DeadLetters = {
  /** All that match, in any order. */
  read(filter: LetterFilter): Promise<readonly DeadLetter[]>;
  /** Sends one again, unless it was sent before or what it came from can't be fed again. */
  redrive(letter: DeadLetter): Promise<Redriven['result']>;
};

export const deadLetterQuery = z.strictObject({
  reason: z.string().max(100).optional().describe('Only letters with this reason'),
  stage: z.string().max(100).optional().describe('Only letters from this stage'),
  cursor: cursorParameter.optional(),
  limit: limitParameter,
});

const excerptBytes = 1_024;

export function addDeadLetterRoutes(
  app: FastifyInstance,
  { deadLetters, token }: { readonly deadLetters: DeadLetters; readonly token: string | undefined },
): void {
  const read = (filter: LetterFilter) =>
    deadLetters.read(filter).catch((error: unknown) => {
      const why = error instanceof Error ? error.message.slice(0, 200) : 'unknown error';
      throw new ApiFault(503, 'DEAD_LETTERS_AWAY', `the dead letters can't be read: ${why}`);
    });

  app.get('/api/dead-letters', async (request) => {
    const { reason, stage, cursor, limit } = parseQuery(deadLetterQuery, request.query);
    const after = cursor === undefined ? null : placeOf(cursor);
    const found = await read({
      ...(reason === undefined ? {} : { reason }),
      ...(stage === undefined ? {} : { stage }),
    });
    const letters = found.toSorted((a, b) => compare(place(a), place(b)));
    const rest = after === null ? letters : letters.filter((letter) => compare(place(letter), after) > 0);
    const page = rest.slice(0, limit);
    const last = page.at(-1);
    return { items: page.map(shown), next: last && rest.length > limit ? place(last).join('!') : null };
  });

  app.post<{ Params: { partition: string; offset: string } }>(
    '/api/dead-letters/:partition/:offset/redrive',
    async (request, reply) => {
      authorize(request, token);
      const { partition, offset } = request.params;
      if (!/^\d{1,9}$/.test(partition) || !/^\d{1,15}$/.test(offset))
        throw badRequest('partition and offset are whole numbers');
      const id = `${Number(partition)}:${Number(offset)}`;
      const [letter] = await read({ ids: [id] });
      if (!letter) throw notFound(`dead letter ${id}`);
      const result = await deadLetters.redrive(letter);
      if (typeof result === 'object')
        throw new ApiFault(409, 'NOT_REDRIVEN', `dead letter ${id} can't be sent again: ${result.refused}`);
      return reply.code(202).send({ id, result });
    },
  );
}

/** Newest first; the offset tells letters of the same millisecond apart. */
type Place = readonly [timestampMs: number, partition: number, offset: number];

const place = ({ record }: DeadLetter): Place => [record.timestampMs, record.partition, record.offset];
const compare = (a: Place, b: Place) => b[0] - a[0] || b[1] - a[1] || b[2] - a[2];

function placeOf(cursor: string): Place {
  const [timestampMs = Number.NaN, partition = Number.NaN, offset = Number.NaN] = cursor.split('!').map(Number);
  if (![timestampMs, partition, offset].every(Number.isSafeInteger))
    throw badRequest('query parameter cursor: foreign');
  return [timestampMs, partition, offset];
}

/** What is shown of a letter: the beginning of its bytes as text, not all of up to 1 MiB. */
function shown({ id, record, reason, error, stage, origin, redrivenAtMs }: DeadLetter) {
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
    sizeBytes: record.value?.length ?? 0,
    excerpt: record.value?.subarray(0, excerptBytes).toString('utf8') ?? '',
  };
}
