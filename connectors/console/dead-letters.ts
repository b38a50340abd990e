/** The dead letters of the console: read from their topic for each request, one request after the other. */
import {
  type IdempotentProducer,
  type KafkaSettings,
  letterPage,
  type Route,
  readLetters,
  redriveLetters,
} from '../kafka/index.ts';
import type { DeadLetters } from './routes-dead-letters.ts';

export function deadLettersOf(options: {
  readonly kafka: KafkaSettings;
  readonly topic: string;
  readonly producer: Pick<IdempotentProducer, 'send'>;
  readonly route: Route;
}): DeadLetters {
  const { kafka, topic, producer, route } = options;
  // A read takes a connection and the topic's bytes: many readers at once must not multiply that.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
  const find = async (id: string) => (await readLetters(kafka, topic, { ids: [id] }))[0] ?? null;
  return {
    page: (query) => inTurn(() => letterPage(kafka, topic, query)),
    find: (id) => inTurn(() => find(id)),
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
