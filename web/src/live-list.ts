/** A list that is read once and then kept up to date by its changes. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { readList, type StateOf } from './api.ts';
import type { Query } from './change.ts';
import { keepUp } from './keep-up.ts';

const pageSize = '500';
const redrawMs = 100;
/** A page may be short where a filter matches little: the list goes on by itself until it has this many. */
const enough = 50;
/** A list that grew by so many through changes is read anew, so that a page that stays open doesn't grow for ever. */
const mostAdded = 5_000;

export type LiveList<T> = {
  /** By id; the same map as long as `version` stays. */
  readonly items: ReadonlyMap<string, T>;
  readonly version: number;
  readonly loaded: boolean;
  /** Reads the next page; null when there is none. */
  readonly more: (() => void) | null;
};

/** `filter` is the server's part of the filter: another one reads the list anew. `fits` says the same of one state. */
export function useLiveList<K extends keyof StateOf>(
  kind: K,
  filter: string,
  idOf: (state: StateOf[K]) => string,
  fits: (state: StateOf[K], filter: Query) => boolean,
  onConnection: (up: boolean) => void,
): LiveList<StateOf[K]> {
  const items = useRef(new Map<string, StateOf[K]>());
  const loading = useRef(false);
  const [version, setVersion] = useState(0);
  const [next, setNext] = useState<string | null>(null);
  const [loaded, setLoaded] = useState(false);

  useEffect(() => {
    setLoaded(false);
    setNext(null);
    const query = queryOf(filter);
    let redrawing = 0;
    let added = 0;
    // Many changes come at once: one redraw for all of them is enough.
    const changed = () => {
      redrawing ||= setTimeout(() => {
        redrawing = 0;
        setVersion((n) => n + 1);
      }, redrawMs);
    };
    const put = (state: StateOf[K]) => {
      const id = idOf(state);
      const known = items.current.get(id);
      if (known && known.revision > state.revision) return;
      if (state.status === 'MERGED' || !fits(state, query)) {
        items.current.delete(id);
        return;
      }
      items.current.set(id, state);
      if (!known) added += 1;
      if (added > mostAdded) kept.again();
    };
    const kept = keepUp({
      query: { states: kind },
      read: async (current) => {
        const { body, position } = await readList(kind, { limit: pageSize, ...query });
        if (!current()) return position;
        added = 0;
        items.current = new Map(body.items.map((state) => [idOf(state), state]));
        setVersion((n) => n + 1);
        let { next: following } = body;
        while (following !== null && items.current.size < enough) {
          const page = (await readList(kind, { limit: pageSize, ...query, cursor: following })).body;
          if (!current()) return position;
          for (const state of page.items) items.current.set(idOf(state), state);
          following = page.next;
          setVersion((n) => n + 1);
        }
        setNext(following);
        setLoaded(true);
        return position;
      },
      onChange: (state) => {
        if ('deleted' in state) items.current.delete(state.key);
        else put(state as StateOf[K]);
        changed();
      },
      onConnection,
      onProblem: () => onConnection(false),
    });
    return () => {
      clearTimeout(redrawing);
      kept.stop();
    };
  }, [kind, filter, onConnection]);

  const more = useCallback(() => {
    if (next === null || loading.current) return;
    loading.current = true;
    readList(kind, { limit: pageSize, ...queryOf(filter), cursor: next })
      .then(
        ({ body }) => {
          for (const state of body.items) if (!items.current.has(idOf(state))) items.current.set(idOf(state), state);
          setNext(body.next);
          setVersion((n) => n + 1);
        },
        () => onConnection(false),
      )
      .finally(() => {
        loading.current = false;
      });
  }, [kind, filter, next, onConnection]);

  return { items: items.current, version, loaded, more: next === null ? null : more };
}

/** `status=READY&kind=SEGMENT` as an object: a string compares by value between redraws. */
const queryOf = (filter: string) => Object.fromEntries(new URLSearchParams(filter));
