/** The dead letters of the console: read from their topic for each request, one request after the other. */
import {
  type IdempotentProducer,
  type KafkaSettings,
  letterPage,
  type Route,
  readLetters,
  redriveLetters,
} from '../../connectors/kafka/index.ts';
import type { DeadLetters } from './routes-dead-letters.ts';

/** Marks may lie anywhere behind a letter: how long it may take to look at all of them. */
const findMs = 60_000;

export function deadLettersOf(options: {
  readonly kafka: KafkaSettings;
  readonly topic: string;
  readonly producer: Pick<IdempotentProducer, 'send'>;
  readonly route: Route;
}): DeadLetters {
  const { kafka, topic, producer, route } = options;
  // A read takes a connection and the topic's bytes: many readers at once must not multiply that.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> => {
    // A request that was given up meanwhile isn't served.
    const mine = last.then(() => {
      signal?.throwIfAborted();
      return work();
    });
    last = mine.catch(() => undefined);
    return mine;
  };
  const find = async (id: string, signal?: AbortSignal) => {
    const until = AbortSignal.any([AbortSignal.timeout(findMs), ...(signal ? [signal] : [])]);
    return (await readLetters(kafka, topic, { ids: [id] }, { signal: until }))[0] ?? null;
  };
  return {
    page: (query) => inTurn(() => letterPage(kafka, topic, query), query.signal),
    find: (id, signal) => inTurn(() => find(id, signal), signal),
    redrive: (letter) =>
      inTurn(async () => {
        // Read again in its turn: it may have been sent since the caller looked.
        const again = await find(letter.id);
        const letters = again ? [again] : [];
        for await (const { result } of redriveLetters({ letters, producer, route, deadLetterTopic: topic }))
          return result;
        return { refused: 'it is no longer there' };
      }),
  };
}
