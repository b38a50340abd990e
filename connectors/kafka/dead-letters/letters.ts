import { header } from '../../../schemas/topics.ts';
import type { ConsumedRecord } from '../record.ts';
import { type ScanRange, scanTopic } from '../scan.ts';
import type { KafkaSettings } from '../settings.ts';

/** One dead letter: the original record with why and where it failed, and whether it was sent again. */
export type DeadLetter = {
  /** `partition:offset` in the dead-letters topic. */
  readonly id: string;
  readonly record: ConsumedRecord;
  readonly reason: string;
  readonly error: string;
  readonly stage: string;
  /** Where the record came from; null for a body that never was a record. */
  readonly origin: { readonly topic: string; readonly partition: number; readonly offset: number } | null;
  /** When it was sent again, epoch milliseconds; null where it wasn't. */
  readonly redrivenAtMs: number | null;
};

export type LetterFilter = {
  readonly reason?: string;
  readonly stage?: string;
  readonly key?: string;
  readonly fromMs?: number;
  readonly toMs?: number;
  /** Ids of single letters. */
  readonly ids?: readonly string[];
  /** True: without their bytes, of which a list shows nothing and which may be many. */
  readonly withoutBytes?: boolean;
};

/** How much a search may take; it throws `TooManyLetters` beyond. */
export type LetterBounds = {
  /** Letters that match. Default 100,000. */
  readonly letters?: number;
  /** Of those that match. Default 256 MiB. */
  readonly bytes?: number;
  readonly signal?: AbortSignal;
};

/** More match than can be held: nothing was done with any of them. */
export class TooManyLetters extends Error {
  override readonly name = 'TooManyLetters';
}

/** Header of a marker: the id of the letter that was sent again. Markers lie in the dead-letters topic themselves. */
export const redrivenHeader = 'redriven';

/**
 * All letters that match, oldest first per partition. Reads the whole topic and holds those that match; of single letters
 * it reads what came after the oldest of them, where the markers of redriven letters are.
 */
export async function readLetters(
  kafka: KafkaSettings,
  topic: string,
  filter: LetterFilter = {},
  { letters: mostLetters = 100_000, bytes: mostBytes = 256 * 1024 * 1024, signal }: LetterBounds = {},
): Promise<DeadLetter[]> {
  let bytes = 0;
  const letters: Omit<DeadLetter, 'redrivenAtMs'>[] = [];
  const redriven = new Map<string, number>();
  for await (const record of scanTopic(kafka, topic, { ...rangeOf(filter), ...(signal && { signal }) })) {
    const marked = record.headers[redrivenHeader];
    if (marked !== undefined) {
      redriven.set(marked, record.timestampMs);
      continue;
    }
    const letter = letterOf(record);
    if (!matches(letter, filter)) continue;
    bytes += filter.withoutBytes ? 0 : (record.value?.length ?? 0);
    if (letters.length >= mostLetters || bytes > mostBytes)
      throw new TooManyLetters(
        `more than ${letters.length} dead letters match: say fewer (--since, --until, --reason, --stage, --key, ids)`,
      );
    letters.push(filter.withoutBytes ? { ...letter, record: { ...record, value: null } } : letter);
  }
  return letters.map((letter) => ({ ...letter, redrivenAtMs: redriven.get(letter.id) ?? null }));
}

/** A marker lies behind its letter in the same partition. */
function rangeOf({ ids }: LetterFilter): ScanRange {
  if (ids === undefined) return {};
  const places = ids.map((id) => id.split(':').map(Number) as [partition: number, offset: number]);
  if (places.length === 0 || !places.flat().every(Number.isSafeInteger)) return {};
  return {
    partitions: [...new Set(places.map(([partition]) => partition))],
    fromOffset: Math.min(...places.map(([, offset]) => offset)),
  };
}

export function letterOf(record: ConsumedRecord): Omit<DeadLetter, 'redrivenAtMs'> {
  const { headers, partition, offset } = record;
  const originTopic = headers[header.originTopic];
  return {
    id: `${partition}:${offset}`,
    record,
    reason: headers[header.reason] ?? 'unknown',
    error: headers[header.error] ?? '',
    stage: headers[header.stage] ?? 'unknown',
    origin:
      originTopic === undefined
        ? null
        : {
            topic: originTopic,
            partition: Number(headers[header.originPartition]),
            offset: Number(headers[header.originOffset]),
          },
  };
}

export function matches(letter: Omit<DeadLetter, 'redrivenAtMs'>, filter: LetterFilter): boolean {
  const { timestampMs, key } = letter.record;
  return (
    (filter.reason === undefined || letter.reason === filter.reason) &&
    (filter.stage === undefined || letter.stage === filter.stage) &&
    (filter.key === undefined || key === filter.key) &&
    (filter.fromMs === undefined || timestampMs >= filter.fromMs) &&
    (filter.toMs === undefined || timestampMs < filter.toMs) &&
    (filter.ids === undefined || filter.ids.includes(letter.id))
  );
}
