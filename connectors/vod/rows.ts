/**
 * Lists of the cloud's answers, of which single rows may lack a part (cloud facts 3.2.1, 3.2.3, 3.2.5): what can be read is
 * taken, the rest is told. A row that can't be read is there all the same: nobody may take it for absent.
 */
import { z } from 'zod';
import { CloudFault } from './fault.ts';

/** A row that can't be read. */
export type OddRow = {
  /** What it is about, where at least that can be read. */
  readonly id: string | null;
  /** The field that is missing or of an unknown form. */
  readonly problem: string;
};

export type Rows<T> = { readonly rows: readonly T[]; readonly odd: readonly OddRow[] };

/**
 * A list that may be absent, bare, or wrapped: `{ TranscodeJob: [...] }`.
 * @param idOf where the id of a row stands: `VideoId`, `Video.VideoId`
 */
export function rowsOf<T extends z.ZodType>(wrapper: string, item: T, idOf: string) {
  const list = z.array(z.unknown());
  return z
    .union([list, z.object({ [wrapper]: list.nullish() })])
    .nullish()
    .transform((value): Rows<z.output<T>> => {
      const told = Array.isArray(value) ? value : (value?.[wrapper] ?? []);
      const rows: z.output<T>[] = [];
      const odd: OddRow[] = [];
      for (const one of told) {
        const read = item.safeParse(one);
        if (read.success) rows.push(read.data);
        else odd.push({ id: idIn(one, idOf), problem: read.error.issues[0]?.path.join('.') || 'the row itself' });
      }
      return { rows, odd };
    });
}

const longestId = 64;

function idIn(row: unknown, path: string): string | null {
  let value = row;
  for (const name of path.split('.')) value = (value as Record<string, unknown> | null | undefined)?.[name];
  return typeof value === 'string' && value !== '' && value.length <= longestId ? value : null;
}

/** Every odd row in what was read of an answer. */
export function oddRowsIn(read: unknown): readonly OddRow[] {
  if (typeof read !== 'object' || read === null || Array.isArray(read)) return [];
  if ('odd' in read && Array.isArray(read.odd)) return read.odd as readonly OddRow[];
  return Object.values(read).flatMap(oddRowsIn);
}

/**
 * For who has to know that something is *not* there: among rows that can't be read it may be.
 * @throws CloudFault where there are any
 */
export function allReadable(action: string, odd: readonly OddRow[]): void {
  const [first] = odd;
  if (first === undefined) return;
  const message = `${odd.length} of the rows can't be read, and what was asked for may be among them; the first lacks ${first.problem}`;
  throw new CloudFault({ kind: 'terminal', code: 'UnreadableAnswer', action, message });
}
