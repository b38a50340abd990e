/** Pages of a list that has no changes to follow: the newest one is read again and again until further ones are shown. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type Page, wordsOf } from './api.ts';

export type Pages<T> = {
  /** Null until the first page has come. */
  readonly items: readonly T[] | null;
  readonly problem: string;
  /** Reads the next page; null when there is none. */
  readonly more: (() => void) | null;
  /** Shows an item otherwise, without asking. */
  readonly change: (change: (item: T) => T) => void;
};

/** `read` gives the page after a cursor, null: the newest one; another function begins anew. */
export function usePages<T>(read: (cursor: string | null) => Promise<Page<T>>, refreshMs: number): Pages<T> {
  const [page, setPage] = useState<Page<T> | null>(null);
  const [problem, setProblem] = useState('');
  /** Counts what was asked for by hand: an answer to an older question is of no use. */
  const turn = useRef(0);
  const further = useRef(false);

  useEffect(() => {
    turn.current += 1;
    further.current = false;
    const load = async () => {
      const mine = turn.current;
      try {
        const newest = await read(null);
        if (mine !== turn.current) return;
        setPage(newest);
        setProblem('');
      } catch (error) {
        if (mine === turn.current) setProblem(wordsOf(error));
      }
    };
    setPage(null);
    void load();
    const timer = setInterval(() => {
      if (!further.current && !document.hidden) void load();
    }, refreshMs);
    return () => {
      turn.current += 1;
      clearInterval(timer);
    };
  }, [read, refreshMs]);

  const next = page?.next ?? null;
  const reading = useRef(false);
  const readMore = useCallback(async () => {
    if (next === null || reading.current) return;
    reading.current = true;
    turn.current += 1;
    const mine = turn.current;
    try {
      const rest = await read(next);
      if (mine !== turn.current) return;
      further.current = true;
      setPage((known) => ({ items: [...(known?.items ?? []), ...rest.items], next: rest.next }));
      setProblem('');
    } catch (error) {
      if (mine === turn.current) setProblem(wordsOf(error));
    } finally {
      reading.current = false;
    }
  }, [read, next]);
  const more = useMemo(() => (next === null ? null : () => void readMore()), [readMore, next]);

  const change = useCallback(
    (changed: (item: T) => T) => setPage((known) => known && { items: known.items.map(changed), next: known.next }),
    [],
  );
  return { items: page?.items ?? null, problem, more, change };
}
