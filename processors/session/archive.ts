/**
 * The records of a stream beside its own: sessions that are no longer its newest, each in a record under a longer key of
 * the same partition, so that what happens now doesn't carry what is over. A fact about an archived session finds it
 * again:
 *
 *   <stream>/s/<start>     a page: the facts of one archived session and what was said about it
 *   <stream>/d/<day>       the starts of the pages that hold something of that day (UTC)
 *   <stream>/v/<videoId>   where in time an archived video is
 *   <stream>/c/<job>       where in time the session of a composition is
 *   <stream>/p/<job>       where in time archived products of a composition are that isn't decided on yet
 *   <stream>/settled       what an earlier release has left of sessions
 *
 * Pages divide the past between them: each holds what lies between its start and the next one's.
 */
import type { StreamRef, StreamState, StreamVideo } from '../../schemas/generated/StreamState.ts';
import { streamKeyOf } from '../stream-key.ts';
import { homeOf } from './ledger.ts';
import { windowOf } from './times.ts';

export type Page = { readonly startMs: number; readonly state: StreamState };
/** A record by its key; null where there is none. */
export type Read = (key: string) => StreamState | null;

const dayMs = 86_400_000;
const reachDays = 2;
/** Nothing depends on what is further away: a composed video begins within a day, a delay is at most six hours. */
export const reachMs = reachDays * dayMs;

export class Archive {
  readonly #stream: StreamRef;
  readonly #key: string;
  readonly #read: Read;
  readonly #changes = new Map<string, StreamState | null>();
  /** What was asked for: pages by start, and by day which of them it lists. Several questions are about the same ones. */
  readonly #pages = new Map<number, Page | null>();
  readonly #days = new Map<number, readonly number[]>();

  constructor(stream: StreamRef, read: Read) {
    this.#stream = stream;
    this.#key = streamKeyOf(stream);
    this.#read = read;
  }

  /** What was changed, by key; null for a record that is gone. */
  get changes(): ReadonlyMap<string, StreamState | null> {
    return this.#changes;
  }

  get stubsKey(): string {
    return `${this.#key}/settled`;
  }

  pageKey(startMs: number): string {
    return `${this.#key}/s/${startMs}`;
  }

  /** The start of the page that holds that time, or else of the nearest before it; null where none is near. */
  startAt(ms: number): number | null {
    return this.startsBefore(ms + 1, 1)[0] ?? null;
  }

  /**
   * Starts of the pages before that time, at most so many, oldest first: each near the one after it, so that none is
   * missing of what that may depend on.
   */
  startsBefore(ms: number, count: number): readonly number[] {
    let starts: readonly number[] = [];
    let toDay = dayOf(ms - reachMs);
    for (let day = dayOf(ms); day >= toDay; day -= 1) {
      const listed = this.#listed(day).filter((startMs) => startMs < ms && !starts.includes(startMs));
      if (listed.length > 0) starts = [...listed.slice(-count), ...starts].sort((a, b) => a - b).slice(-count);
      // A page is listed under each day from its start on, so the days before hold none that is later.
      const [first = ms] = starts;
      toDay = dayOf(starts.length < count ? first - reachMs : first);
    }
    return starts;
  }

  /** Starts of the pages after that time, up to the other, oldest first. */
  startsAfter(ms: number, toMs: number): readonly number[] {
    const starts: number[] = [];
    for (let day = dayOf(ms); day <= dayOf(toMs); day += 1)
      for (const startMs of this.#listed(day))
        if (startMs > (starts.at(-1) ?? ms) && startMs <= toMs) starts.push(startMs);
    return starts;
  }

  /** The start of the first page after that time; null where none is near what ends at the other. */
  nextStart(ms: number, endMs: number): number | null {
    for (let day = dayOf(ms); day <= dayOf(endMs + reachMs); day += 1) {
      const next = this.#listed(day).find((startMs) => startMs > ms);
      if (next !== undefined) return next;
    }
    return null;
  }

  pages(starts: readonly number[]): readonly Page[] {
    return starts.map((startMs) => this.page(startMs)).filter((page) => page !== null);
  }

  page(startMs: number): Page | null {
    let page = this.#pages.get(startMs);
    if (page === undefined) {
      const state = this.#get(this.pageKey(startMs));
      page = state && { startMs, state };
      this.#pages.set(startMs, page);
    }
    return page;
  }

  put({ startMs, state }: Page): void {
    const before = this.page(startMs);
    this.#pages.set(startMs, { startMs, state });
    this.#changes.set(this.pageKey(startMs), state);
    const known = new Set(before ? daysOf(before) : []);
    const wanted = new Set(daysOf({ startMs, state }));
    for (const day of wanted) if (!known.has(day)) this.#list(day, (pages) => [...pages, startMs]);
    for (const day of known) if (!wanted.has(day)) this.#list(day, (pages) => pages.filter((one) => one !== startMs));
  }

  remove(page: Page): void {
    this.#pages.set(page.startMs, null);
    this.#changes.set(this.pageKey(page.startMs), null);
    for (const day of daysOf(page)) this.#list(day, (pages) => pages.filter((one) => one !== page.startMs));
  }

  /** Where an archived video (`v`) or composition (`c`) is; null where it isn't in the archive. */
  placeOf(kind: 'v' | 'c', id: string): number | null {
    return this.#get(`${this.#key}/${kind}/${id}`)?.pointer ?? null;
  }

  point(kind: 'v' | 'c', id: string, placeMs: number | null): void {
    const record = placeMs === null ? null : { ...emptyState(this.#stream), pointer: placeMs };
    this.#changes.set(`${this.#key}/${kind}/${id}`, record);
  }

  /** The archived products of a composition that isn't decided on yet, and what else is in their records. */
  productsOf(job: string): readonly StreamVideo[] {
    const places = this.#get(`${this.#key}/p/${job}`)?.pages ?? [];
    const pages = new Set(places.map((place) => this.startAt(place)));
    return this.pages([...pages].filter((startMs) => startMs !== null)).flatMap(({ state }) => state.videos);
  }

  /** Products of it are at these places now, no longer at those. */
  pointToProducts(job: string, now: readonly number[], before: readonly number[]): void {
    this.#listAt(`${this.#key}/p/${job}`, (places) => {
      const others = [...places];
      for (const place of before) others.splice(others.indexOf(place), 1);
      return [...others, ...now];
    });
  }

  /** Sessions whose facts an earlier release let go of (`settled-before.ts`). */
  get stubs(): StreamState | null {
    return this.#get(this.stubsKey);
  }

  putStubs(stubs: StreamState | null): void {
    this.#changes.set(this.stubsKey, stubs);
  }

  #dayKey(day: number): string {
    return `${this.#key}/d/${day}`;
  }

  #listed(day: number): readonly number[] {
    const known = this.#days.get(day);
    if (known) return known;
    const pages = this.#get(this.#dayKey(day))?.pages ?? [];
    this.#days.set(day, pages);
    return pages;
  }

  #list(day: number, change: (pages: readonly number[]) => number[]): void {
    this.#days.delete(day);
    this.#listAt(this.#dayKey(day), change);
  }

  #listAt(key: string, change: (pages: readonly number[]) => number[]): void {
    const pages = change(this.#get(key)?.pages ?? []).sort((a, b) => a - b);
    this.#changes.set(key, pages.length === 0 ? null : { ...emptyState(this.#stream), pages });
  }

  #get(key: string): StreamState | null {
    const changed = this.#changes.get(key);
    return changed === undefined ? this.#read(key) : changed;
  }
}

/** The start of the page that a key is of, null for any other key. */
export function pageStartOf(key: string): number | null {
  const found = /\/s\/(\d+)$/.exec(key);
  return found ? Number(found[1]) : null;
}

export function emptyState(stream: StreamRef): StreamState {
  return {
    stream,
    revision: 0,
    clock: 0,
    dueAt: null,
    settledThrough: null,
    videos: [],
    sessions: [],
    settled: [],
    compositions: [],
    archivedBefore: null,
    archived: 0,
    pointer: null,
    pages: [],
    reachesBack: false,
    liveEvents: [],
    liveClock: 0,
    liveDueAt: null,
  };
}

function daysOf(page: Page): number[] {
  const days: number[] = [];
  for (let day = dayOf(page.startMs); day <= dayOf(endOf(page)); day += 1) days.push(day);
  return days;
}

function dayOf(ms: number): number {
  return Math.floor(ms / dayMs);
}

/** The latest moment that the page holds something of. */
export function endOf({ startMs, state }: Page): number {
  let endMs = startMs;
  for (const video of state.videos)
    endMs = Math.max(endMs, windowOf(video)?.endMs ?? homeOf(video, state.compositions));
  for (const { endTime } of state.sessions) endMs = Math.max(endMs, endTime);
  for (const { sessionStart } of state.compositions) endMs = Math.max(endMs, sessionStart);
  return endMs;
}
