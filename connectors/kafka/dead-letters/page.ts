/** Dead letters newest first, a page at a time: little memory however many there are, and however large they are. */
import { systemClock } from '../../../platform/host/index.ts';
import type { ConsumedRecord } from '../record.ts';
import type { KafkaSettings } from '../settings.ts';
import { groupless, type Questions, TopicReader } from '../topic-reader.ts';
import { type DeadLetter, type LetterFilter, letterOf, matches, redrivenHeader } from './letters.ts';

/** Letters with no more than the beginning of their bytes, and how many bytes there are. */
export type LetterPage = {
  readonly items: readonly { readonly letter: DeadLetter; readonly sizeBytes: number }[];
  /** Where the next page begins; null at the end. A page in between may be short, or empty, where a filter matches little. */
  readonly next: string | null;
};

export type LetterPageQuery = {
  readonly filter: Pick<LetterFilter, 'reason' | 'stage'>;
  readonly cursor?: string | undefined;
  readonly limit: number;
  /** Ends the search, which then throws its reason. */
  readonly signal?: AbortSignal | undefined;
};

const excerptBytes = 1_024;
/** Records of each partition that are read at a time, and how often, before a page ends as it is. */
const sliceRecords = 5_000;
const maxSlices = 4;
/** For the whole page: large letters, or a slow broker, end it early rather than holding up those who ask next. */
const pageMs = 20_000;
const requestMs = 15_000;

/** One partition: letters from `start` to before `to` may be shown, the newest last; markers lie anywhere up to `end`. */
type Slice = {
  readonly partition: number;
  readonly low: number;
  readonly start: number;
  readonly to: number;
  readonly end: number;
  readonly found: Found[];
};
type Found = { letter: Omit<DeadLetter, 'redrivenAtMs'>; sizeBytes: number; redrivenAtMs: number | null };

/**
 * The newest letters that match, or those before the page that `cursor` ended. Between partitions by time, within one by
 * offset.
 * @throws RangeError a cursor that is none of this topic's
 */
export async function letterPage(kafka: KafkaSettings, topic: string, query: LetterPageQuery): Promise<LetterPage> {
  const { signal } = query;
  signal?.throwIfAborted();
  const reader = await TopicReader.connect({ connect: groupless(kafka, { signal }), ...(signal && { signal }) });
  const untilMs = systemClock.monotonicMs() + pageMs;
  const items: LetterPage['items'][number][] = [];
  let cursor: string | null | undefined = query.cursor;
  try {
    for (let parts = 0; parts < maxSlices && items.length < query.limit && cursor !== null; parts += 1) {
      const rest = { ...query, limit: query.limit - items.length };
      const from = cursor;
      const slices = await reader.askOnce((client) => slicesOf(client, topic, from));
      const ranges = slices.map(({ partition, start, end }) => ({ topic, partition, from: start, to: end }));
      for await (const records of reader.ranges(ranges, { maxRecords: 500, signal })) {
        if (systemClock.monotonicMs() > untilMs) {
          if (items.length > 0) return { items, next: cursor ?? null };
          throw new Error(`they were not read within ${pageMs / 1_000} s`);
        }
        for (const record of records) {
          const slice = slices[record.partition];
          if (slice) take(record, slice, rest);
        }
      }
      const page = newestOf(slices, rest.limit);
      items.push(...page.items);
      cursor = page.next;
    }
    return { items, next: cursor ?? null };
  } finally {
    await reader.close();
  }
}

async function slicesOf(client: Questions, topic: string, cursor: string | undefined): Promise<Slice[]> {
  const count = await client.partitionsOf(topic);
  const bounds = cursor?.split('.').map((text) => (/^\d{1,15}$/.test(text) ? Number(text) : Number.NaN));
  if (bounds && (bounds.length !== count || bounds.some(Number.isNaN)))
    throw new RangeError('query parameter cursor: foreign');
  const slices: Slice[] = [];
  for (let partition = 0; partition < count; partition += 1) {
    const { low, high: end } = await client.watermarks(topic, partition, requestMs);
    const to = Math.min(bounds?.[partition] ?? end, end);
    slices.push({ partition, low, start: Math.max(low, to - sliceRecords), to, end, found: [] });
  }
  return slices;
}

/** Keeps no more letters of a partition than a page can show, the newest. */
function take(record: ConsumedRecord, { to, found }: Slice, { filter, limit }: LetterPageQuery): void {
  const marked = record.headers[redrivenHeader];
  if (marked !== undefined) {
    const letter = found.find(({ letter: { id } }) => id === marked);
    if (letter) letter.redrivenAtMs = record.timestampMs;
    return;
  }
  if (record.offset >= to) return;
  // A copy: a slice would hold all of the bytes.
  const value = record.value && Buffer.from(record.value.subarray(0, excerptBytes));
  const letter = letterOf({ ...record, value });
  if (!matches(letter, filter)) return;
  found.push({ letter, sizeBytes: record.value?.length ?? 0, redrivenAtMs: null });
  if (found.length > limit) found.shift();
}

/** Merges the partitions from their newest letters on, until the page is full or one of them has to be read further back. */
function newestOf(slices: readonly Slice[], limit: number): LetterPage {
  const items: LetterPage['items'][number][] = [];
  // What is left of a partition that gave all it held of a full page lies before the last letter that it gave.
  const next = slices.map(({ to }) => to);
  const passed = (slice: Slice) => {
    next[slice.partition] = slice.start;
    return slice.start > slice.low;
  };
  const rest = (): string | null =>
    slices.some(({ partition, low }) => (next[partition] ?? 0) > low) ? next.join('.') : null;
  while (items.length < limit) {
    const empty = slices.filter(({ found }) => found.length === 0).map(passed);
    if (empty.includes(true)) return { items, next: rest() };
    const newest = slices
      .filter(({ found }) => found.length > 0)
      .reduce<Slice | null>((best, slice) => (best && timeOf(best) >= timeOf(slice) ? best : slice), null);
    const last = newest?.found.pop();
    if (newest === null || last === undefined) return { items, next: null };
    const { letter, sizeBytes, redrivenAtMs } = last;
    items.push({ letter: { ...letter, redrivenAtMs }, sizeBytes });
    next[newest.partition] = letter.record.offset;
  }
  return { items, next: rest() };
}

const timeOf = ({ found }: Slice) => found.at(-1)?.letter.record.timestampMs ?? 0;
