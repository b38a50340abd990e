import type { IdempotentProducer } from '../idempotent-producer.ts';
import type { OutgoingRecord } from '../record.ts';
import { type DeadLetter, redrivenHeader } from './letters.ts';

/** What a letter becomes when it is sent again, or why it can't be. */
export type Route = (letter: DeadLetter) => Promise<{ readonly record: OutgoingRecord } | { readonly refused: string }>;

export type Redriven = {
  readonly letter: DeadLetter;
  readonly result: 'sent' | 'already sent' | { readonly refused: string };
};

/**
 * Sends letters again, one after the other. A letter is marked as sent only once the broker has acknowledged the record,
 * so a crash in between sends it twice at worst, which the processors recognise; a marked letter is passed over.
 */
export async function* redriveLetters(options: {
  readonly letters: readonly DeadLetter[];
  readonly producer: Pick<IdempotentProducer, 'send'>;
  readonly route: Route;
  readonly deadLetterTopic: string;
}): AsyncGenerator<Redriven> {
  const { producer, route, deadLetterTopic } = options;
  for (const letter of options.letters) {
    if (letter.redrivenAtMs !== null) {
      yield { letter, result: 'already sent' };
      continue;
    }
    const routed = await route(letter);
    if ('refused' in routed) {
      yield { letter, result: { refused: routed.refused } };
      continue;
    }
    await producer.send(routed.record);
    await producer.send({
      topic: deadLetterTopic,
      partition: letter.record.partition,
      key: letter.record.key,
      value: null,
      headers: { [redrivenHeader]: letter.id },
    });
    yield { letter, result: 'sent' };
  }
}
