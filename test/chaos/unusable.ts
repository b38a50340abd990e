/** Callbacks that nobody can use, sent among the others: what must be in `dead-letters` is known before a run. */
import type { PrintedRecord } from '../runtime/console-consumer.ts';

const keyPrefix = 'unusable-';

export type UnusableCallback = { readonly key: string; readonly body: string };

/** The nth: no JSON, no event type, no time, in turn. */
export function unusableCallback(n: number): UnusableCallback {
  const key = `${keyPrefix}${n}`;
  const bodies = [
    `callback ${n}`,
    JSON.stringify({ VideoId: key }),
    JSON.stringify({ EventType: 'FileUploadComplete', VideoId: key }),
  ];
  return { key, body: bodies[n % bodies.length] ?? '' };
}

type Printed = Pick<PrintedRecord, 'partition' | 'offset' | 'key' | 'value' | 'headers'>;

/**
 * Each of them, once for each time that it lies in `callbacks`, as it was; and nothing else.
 * @param sent how many of them were sent
 */
export function wrongLetters(
  sent: number,
  { callbacks, letters }: { readonly callbacks: readonly Printed[]; readonly letters: readonly Printed[] },
): string[] {
  const planted = callbacks.filter(({ key }) => key.startsWith(keyPrefix));
  const expected = new Map(planted.map((record) => [`${record.partition}/${record.offset}`, record]));
  const found = Map.groupBy(letters, originOf);
  const isAsSent = ({ key, value, headers }: Printed, at: string) =>
    key === expected.get(at)?.key && value === expected.get(at)?.value && named(headers, 'reason') === 'unparsable';
  return [
    ...Array.from({ length: sent }, (_, n) => unusableCallback(n).key)
      .filter((key) => !planted.some((record) => record.key === key))
      .map((key) => `${key} was sent and isn't in callbacks`),
    ...[...expected]
      .filter(([at]) => !found.has(at))
      .map(([at, { key }]) => `no dead letter of ${key} (callbacks ${at})`),
    ...[...found].flatMap(([at, all]) => {
      const [first] = all;
      if (first === undefined) return [];
      if (!expected.has(at)) return [`a dead letter of a good record: ${first.key}, ${first.headers}`];
      if (all.length > 1) return [`${all.length} dead letters of ${first.key} (callbacks ${at})`];
      return isAsSent(first, at) ? [] : [`the dead letter of ${first.key} isn't what was sent: ${first.headers}`];
    }),
  ];
}

function originOf({ headers }: Printed): string {
  const topic = named(headers, 'origin-topic') ?? '';
  const at = `${named(headers, 'origin-partition')}/${named(headers, 'origin-offset')}`;
  return topic.endsWith('callbacks') ? at : `${topic} ${at}`;
}

function named(headers: string, name: string): string | undefined {
  return new RegExp(`(?:^|,)${name}:([^,]*)`).exec(headers)?.[1];
}
