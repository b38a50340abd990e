/**
 * A local copy of `video-state` and `session-state`: the latest record of every key, its place among the changes of
 * its partition, and lists by time and by stream. One atomic batch per poll holds records and positions, so a restart
 * goes on where it stopped; a store of another cluster or partition count is emptied and built again.
 */
import { type BatchOperation, ClassicLevel } from 'classic-level';
import { type Codec, RegistryFault } from '../../connectors/avro/index.ts';
import type { SessionState } from '../../schemas/generated/SessionState.ts';
import type { VideoState } from '../../schemas/generated/VideoState.ts';
import { type Position, type StateTopic, stateTopics } from './cursor.ts';
import { after, asOfKey, horizonKey, listFrom, listPrefix, metaKey, offsetKey, positionKey, stateKey } from './keys.ts';
import { walk } from './list-walk.ts';
import { MarkIndex } from './mark-index.ts';
import { gistOf, type MarkKind } from './marks.ts';
import { isOf, listFor, listsOf, placeOf, type StreamQuery, streamOf } from './stream-index.ts';
import {
  decodeStored,
  encodeStored,
  type Stored,
  storedHeaderBytes,
  type TombstoneReason,
  type ViewRecord,
} from './view-record.ts';

export type StateOf = { 'video-state': VideoState; 'session-state': SessionState };

export type StateCodecs = { readonly [T in StateTopic]: Codec<StateOf[T]> };

/** What the store belongs to; a mismatch means another cluster or topics that were made anew. */
export type ViewIdentity = {
  readonly topicIds: Readonly<Record<StateTopic, string>>;
  readonly partitions: Readonly<Record<StateTopic, number>>;
};

/** One change of one key; `state` null: the key is gone. */
export type Change<T extends StateTopic = StateTopic> = {
  readonly topic: T;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly state: StateOf[T] | null;
  /** Why the key is gone, where the tombstone says it. */
  readonly reason: TombstoneReason | null;
  readonly changedAtMs: number;
};

/** A record that no retry makes readable. */
export type Unreadable = { readonly record: ViewRecord; readonly fault: RegistryFault };

export type ListQuery = StreamQuery & {
  /** Only keys whose time is at or after / before this, epoch milliseconds. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  /** Where the previous page ended. */
  readonly cursor?: string | undefined;
  readonly limit: number;
};

/** What an entry of a list tells of its state. */
export type Told = {
  readonly id: string;
  /** `gistOf` of the state. */
  readonly gist: string;
  /** `domain/app/stream`; null where it isn't known. */
  readonly stream: string | null;
};

/** What is asked before a state is read, which is most of the work. */
export type Beforehand = {
  readonly wants?: (told: Told) => boolean;
  /** Nothing is wanted but what has one of these marks: their lists are walked, unless a stream is asked for. */
  readonly marked?: { readonly kind: MarkKind; readonly one: (mark: string) => boolean };
};

/** Raised when entries are written otherwise: a store of another layout is built again. */
const layout = 6;
/** A list stops after looking at this many states, so that a filter that matches little stays cheap. */
const scanLimit = 1_000;
/** And after this many entries: one that isn't wanted by what it tells costs little. */
const entryScanLimit = 10_000;

export class StateView {
  readonly identity: ViewIdentity;
  readonly #db: ClassicLevel<string, Buffer>;
  readonly #codecs: StateCodecs;
  readonly #positions: Record<StateTopic, number[]>;
  #asOfMs = 0;
  readonly #marks = new MarkIndex();

  private constructor(db: ClassicLevel<string, Buffer>, codecs: StateCodecs, identity: ViewIdentity) {
    this.#db = db;
    this.#codecs = codecs;
    this.identity = identity;
    this.#positions = {
      'video-state': new Array<number>(identity.partitions['video-state']).fill(0),
      'session-state': new Array<number>(identity.partitions['session-state']).fill(0),
    };
  }

  /** Opens the store in `folder` (created when missing). `nowMs`: since when it is built, if it begins anew. */
  static async open(folder: string, codecs: StateCodecs, identity: ViewIdentity, nowMs: number): Promise<StateView> {
    const db = new ClassicLevel<string, Buffer>(folder, { keyEncoding: 'utf8', valueEncoding: 'buffer' });
    await db.open();
    const view = new StateView(db, codecs, identity);
    if (view.#valueOf(metaKey)?.toString() !== metaOf(identity)) await view.reset(nowMs);
    for (const topic of stateTopics) {
      for (const partition of view.#positions[topic].keys())
        view.#positions[topic][partition] = Number(view.#valueOf(positionKey(topic, partition)) ?? 0);
    }
    view.#asOfMs = Number(view.#valueOf(asOfKey));
    await view.#marks.find(db);
    return view;
  }

  /** Forgets everything, to be built again from the beginning of the topics from `nowMs` on. */
  async reset(nowMs: number): Promise<void> {
    await this.#db.clear();
    this.#marks.clear();
    await this.#db.put(asOfKey, Buffer.from(String(nowMs)));
    await this.#db.put(metaKey, Buffer.from(metaOf(this.identity)));
    for (const topic of stateTopics) this.#positions[topic].fill(0);
    this.#asOfMs = nowMs;
  }

  /** Notes that the view shows everything that was committed at `atMs`. */
  async markCurrent(atMs: number): Promise<void> {
    await this.#db.put(asOfKey, Buffer.from(String(atMs)));
    this.#asOfMs = atMs;
  }

  /** The next offset to read of every partition: also how far the view shows the topics. */
  position(): Position {
    return {
      asOfMs: this.#asOfMs,
      'video-state': [...this.#positions['video-state']],
      'session-state': [...this.#positions['session-state']],
    };
  }

  /**
   * Takes over records in offset order; all or none. Of a key it shows the latest one that can be read, and gives those
   * that can't be, whatever is tried.
   *
   * @throws RegistryFault (retryable) while the schema of one is not to be had; nothing was taken over then
   */
  async apply(records: readonly ViewRecord[]): Promise<readonly Unreadable[]> {
    const ofKey = new Map<string, ViewRecord[]>();
    for (const record of records) {
      if (record.offset < (this.#positions[record.topic][record.partition] ?? 0)) continue;
      const key = stateKey(record.topic, record.key);
      const versions = ofKey.get(key);
      if (versions) versions.push(record);
      else ofKey.set(key, [record]);
    }
    const unreadable: Unreadable[] = [];
    const changes: Operation[] = [];
    const put = (key: string, value: Buffer) => changes.push({ type: 'put', key, value });
    const del = (key: string) => changes.push({ type: 'del', key });
    for (const [key, versions] of ofKey) {
      for (let record = versions.pop(); record; record = versions.pop()) {
        const entries = await this.#entries(record.topic, record.key, record.value);
        if (entries instanceof RegistryFault) {
          unreadable.push({ record, fault: entries });
          continue;
        }
        const stale = new Map<string, string>();
        const before = this.#read(key);
        if (before) {
          del(offsetKey(record.topic, before.partition, before.offset));
          const old = await this.#entries(record.topic, record.key, before.avro.length > 0 ? before.avro : null);
          // What an older release could read and this one can't keeps its places; `list` passes over them.
          if (!(old instanceof RegistryFault)) for (const [entry, told] of old) stale.set(entry, told);
        }
        put(key, encodeStored(record));
        put(offsetKey(record.topic, record.partition, record.offset), Buffer.from(record.key));
        // Most changes leave a state where it stands, and much of what it is: its places are not written again.
        for (const [entry, told] of entries) {
          if (stale.get(entry) !== told) put(entry, Buffer.from(told));
          stale.delete(entry);
        }
        for (const entry of stale.keys()) del(entry);
        break;
      }
    }
    for (const { topic, partition, offset } of records) {
      put(positionKey(topic, partition), Buffer.from(String(offset + 1)));
    }
    await this.#db.batch(changes);
    for (const { topic, partition, offset } of records) this.#positions[topic][partition] = offset + 1;
    return unreadable;
  }

  /** The latest state of a key; null when unknown or gone. */
  async get<T extends StateTopic>(topic: T, id: string): Promise<StateOf[T] | null> {
    return await this.#stateOf(topic, id);
  }

  /**
   * One page of states, newest first. `next` is the cursor of the following page, null at the end. What isn't wanted
   * `beforehand` isn't read.
   */
  async list<T extends StateTopic>(
    topic: T,
    query: ListQuery,
    matches: (state: StateOf[T]) => boolean,
    { wants = () => true, marked }: Beforehand = {},
  ): Promise<{ items: StateOf[T][]; next: string | null }> {
    const ofStream = listFor(topic, query);
    const lists = ofStream === null && marked ? this.#marks.lists(topic, marked) : [ofStream ?? listPrefix(topic)];
    const range = {
      after: query.cursor,
      from: query.toMs === undefined ? '' : listFrom(query.toMs - 1),
      to: after(query.fromMs === undefined ? '' : listFrom(query.fromMs)),
    };
    const items: StateOf[T][] = [];
    let looked = 0;
    let passed = 0;
    const snapshot = this.#db.snapshot();
    try {
      for await (const entries of walk(this.#db, lists, range, snapshot))
        for (const { place, value } of entries) {
          passed += 1;
          const id = idAt(place);
          if (wants({ id, ...toldOf(value) })) {
            const state = await this.#stateOf(topic, id, snapshot);
            // A stream's name may hold what separates the parts of a key, so the state itself decides.
            const stands = state !== null && placeOf(state, id) === place;
            if (stands && isOf(query, state) && matches(state)) items.push(state);
            looked += 1;
          }
          if (items.length === query.limit || looked === scanLimit || passed === entryScanLimit)
            return { items, next: place };
        }
      return { items, next: null };
    } finally {
      await snapshot.close();
    }
  }

  /**
   * The latest changes of a partition at or after `fromOffset`, in offset order, at most `limit`, as of one moment: a
   * key that changes meanwhile is not left out. Those whose key isn't `wanted` come without their state: reading it is
   * most of the work.
   */
  async changes<T extends StateTopic>(
    topic: T,
    partition: number,
    fromOffset: number,
    limit: number,
    wanted: (key: string) => boolean = () => true,
  ): Promise<Change<T>[]> {
    const changes: Change<T>[] = [];
    const range = {
      gte: offsetKey(topic, partition, fromOffset),
      lt: after(offsetKey(topic, partition, 0).slice(0, -16)),
      limit,
    };
    const snapshot = this.#db.snapshot();
    try {
      for await (const [entry, id] of this.#db.iterator({ ...range, snapshot })) {
        const key = id.toString();
        const stored = this.#read(stateKey(topic, key), snapshot);
        if (!stored) continue;
        const state = stored.avro.length > 0 && wanted(key) ? await this.#codecs[topic].decode(stored.avro) : null;
        const { reason, changedAtMs } = stored;
        changes.push({ topic, partition, offset: Number(entry.slice(-16)), key, state, reason, changedAtMs });
      }
    } finally {
      await snapshot.close();
    }
    return changes;
  }

  /** False when tombstones at or after the position were forgotten already, so that a reader must start anew. */
  canResume(position: Position): boolean {
    return stateTopics.every((topic) =>
      position[topic].every((offset, partition) => offset >= Number(this.#valueOf(horizonKey(topic, partition)) ?? 0)),
    );
  }

  /** Forgets keys that were tombstoned before `beforeMs`. */
  async prune(beforeMs: number): Promise<number> {
    let pruned = 0;
    const batch = this.#db.batch();
    const horizons = new Map<string, number>();
    for await (const [key, value] of this.#db.iterator({ gte: 'k!', lt: after('k!') })) {
      if (value.length > storedHeaderBytes) continue;
      const stored = decodeStored(value);
      if (stored.changedAtMs >= beforeMs) continue;
      const topic: StateTopic = key.startsWith('k!v!') ? 'video-state' : 'session-state';
      const horizon = horizonKey(topic, stored.partition);
      horizons.set(horizon, Math.max(stored.offset + 1, horizons.get(horizon) ?? Number(this.#valueOf(horizon) ?? 0)));
      batch.del(key);
      batch.del(offsetKey(topic, stored.partition, stored.offset));
      pruned += 1;
    }
    for (const [horizon, offset] of horizons) batch.put(horizon, Buffer.from(String(offset)));
    await batch.write();
    return pruned;
  }

  async close(): Promise<void> {
    await this.#db.close();
  }

  /** Keys go in as bytes: given as text, `getSync` misses some keys with characters beyond the basic plane. */
  #valueOf(key: string, snapshot?: Snapshot): Buffer | undefined {
    return this.#db.getSync(Buffer.from(key), { keyEncoding: 'buffer', snapshot });
  }

  async #stateOf<T extends StateTopic>(topic: T, id: string, snapshot?: Snapshot): Promise<StateOf[T] | null> {
    const stored = this.#read(stateKey(topic, id), snapshot);
    return stored && stored.avro.length > 0 ? await this.#codecs[topic].decode(stored.avro) : null;
  }

  #read(key: string, snapshot?: Snapshot): Stored | null {
    const value = this.#valueOf(key, snapshot);
    return value ? decodeStored(value) : null;
  }

  /** Under which list keys a state stands, and what they tell of it: none where the key is gone. The fault where no retry makes it readable. */
  async #entries(topic: StateTopic, id: string, avro: Buffer | null): Promise<[string, string][] | RegistryFault> {
    if (avro === null) return [];
    try {
      const state = await this.#codecs[topic].decode(avro);
      const suffix = placeOf(state, id);
      const told = tellingOf(state);
      const lists = [...listsOf(topic, state), ...this.#marks.listsOf(topic, state)];
      return lists.map((prefix) => [prefix + suffix, told]);
    } catch (error) {
      if (error instanceof RegistryFault && !error.retryable) return error;
      throw error;
    }
  }
}

const idAt = (place: string) => place.slice(place.indexOf('!') + 1);

/** The value of an entry. A session's id begins with its stream, which is told nevertheless. */
const tellingOf = (state: VideoState | SessionState) => `${gistOf(state)}\n${streamOf(state) ?? ''}`;

function toldOf(value: string): Omit<Told, 'id'> {
  const end = value.indexOf('\n');
  return { gist: value.slice(0, end), stream: value.slice(end + 1) || null };
}

type Snapshot = ReturnType<ClassicLevel['snapshot']>;
type Operation = BatchOperation<ClassicLevel<string, Buffer>, string, Buffer>;

const metaOf = (identity: ViewIdentity) => JSON.stringify({ layout, ...identity });
