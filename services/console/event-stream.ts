/**
 * Live subscription: the latest state of every matching key, then each change, as server-sent events. A reader is a
 * position over the view's changes and nothing else: a slow reader costs no memory, it just sees fewer of the states in
 * between, and a reader that comes back with its last event's id goes on exactly there.
 */
import type { Clock } from '../../platform/host/index.ts';
import { decodePosition, encodePosition, type Position, type StateTopic, stateTopics } from './cursor.ts';
import type { Follower } from './follower.ts';
import type { Change, StateView } from './state-view.ts';

/** Where events go; `write` resolves once the reader has taken them. */
export type EventSink = { write(text: string): Promise<void>; readonly signal: AbortSignal };

export type EventFilter = {
  /** Only changes of one topic. */
  readonly topic?: StateTopic | undefined;
  readonly videoId?: string | undefined;
  readonly sessionId?: string | undefined;
  /** `domain/app/stream` */
  readonly stream?: string | undefined;
};

export type EventStreamOptions = {
  readonly view: StateView;
  readonly follower: Pick<Follower, 'onChange' | 'reaches'>;
  readonly clock: Clock;
  /** Names cluster and topics: an id of another epoch is answered with a reset. */
  readonly epoch: string;
  /** An id that is older is answered with a reset: tombstones since then may be gone. */
  readonly maxPositionAgeMs: number;
  readonly filter: EventFilter;
  readonly lastEventId: string | null;
  readonly sink: EventSink;
};

const chunk = 200;
const keepAliveMs = 15_000;

/** A reader's position, moving. */
type Reader = { -readonly [T in StateTopic]: number[] } & { asOfMs: number };

/**
 * Serves one reader until its signal aborts. Nothing but signs of life comes until the view has caught up with the
 * topics, and with an id that another instance gave. Events: `reset` (the id was too old or foreign: forget what you
 * have), `video` and `session` (the state, or `{key, deleted: true, reason}`), `live` (the snapshot is complete, changes
 * follow).
 */
export async function serveEvents(options: EventStreamOptions): Promise<void> {
  const { follower, sink, epoch } = options;
  const resumed = recentPosition(options);
  let wake = () => {};
  let reached: boolean | null = null;
  let changed = true;
  let silent = false;
  const stopListening = follower.onChange(() => {
    changed = true;
    wake();
  });
  const stopKeepAlive = options.clock.every(keepAliveMs, () => {
    silent = true;
    wake();
  });
  sink.signal.addEventListener('abort', () => wake(), { once: true });
  const reaching = follower.reaches(resumed, sink.signal).then((found) => {
    reached = found;
    wake();
  });
  try {
    let reader: Reader | null = null;
    while (!sink.signal.aborted) {
      if (changed && reached !== null) {
        changed = false;
        const begins = reader === null;
        reader ??= await begin(options, reached ? resumed : null);
        await drain(options, reader);
        if (begins) await sink.write(`id: ${encodePosition(epoch, reader)}\nevent: live\ndata: {}\n\n`);
      } else if (silent) {
        silent = false;
        await sink.write(': keep-alive\n\n');
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    stopListening();
    stopKeepAlive();
    await reaching;
  }
}

/** Where the reader says it is; null where that is of no use any more. */
function recentPosition({ view, epoch, clock, maxPositionAgeMs, lastEventId }: EventStreamOptions): Position | null {
  if (lastEventId === null) return null;
  const position = decodePosition(epoch, view.identity.partitions, lastEventId);
  return position !== null && clock.now() - position.asOfMs <= maxPositionAgeMs ? position : null;
}

async function begin({ view, lastEventId, sink }: EventStreamOptions, resumed: Position | null): Promise<Reader> {
  if (resumed !== null && view.canResume(resumed)) {
    const { asOfMs, 'video-state': video, 'session-state': session } = resumed;
    return { asOfMs, 'video-state': [...video], 'session-state': [...session] };
  }
  if (lastEventId !== null) await sink.write(`event: reset\ndata: {}\n\n`);
  const { asOfMs, 'video-state': video, 'session-state': session } = view.position();
  return { asOfMs, 'video-state': video.map(() => 0), 'session-state': session.map(() => 0) };
}

/** Sends every change from the reader's position to the view's end, moving the position along. */
async function drain(options: EventStreamOptions, reader: Reader): Promise<void> {
  const { view, sink, epoch, filter } = options;
  const { asOfMs } = view.position();
  for (const topic of stateTopics) {
    const positions = reader[topic];
    if (!wantsTopic(filter, topic)) {
      // As good as seen: a position that stays behind would be too old one day.
      const seen = view.position()[topic];
      for (const [partition, from] of positions.entries()) positions[partition] = Math.max(from, seen[partition] ?? 0);
      continue;
    }
    for (const partition of positions.keys()) {
      for (;;) {
        const end = view.position()[topic][partition] ?? 0;
        const from = positions[partition] ?? 0;
        const changes = await view.changes(topic, partition, from, chunk, (key) => wantsKey(filter, key));
        let text = '';
        for (const change of changes) {
          positions[partition] = change.offset + 1;
          if (matches(change, filter)) text += `id: ${encodePosition(epoch, reader)}\n${eventText(change)}`;
        }
        if (text !== '') await sink.write(text);
        if (sink.signal.aborted) return;
        if (changes.length < chunk) {
          positions[partition] = Math.max(positions[partition] ?? 0, end);
          break;
        }
      }
    }
  }
  // Only now: in the middle, deletions from before may still be ahead.
  reader.asOfMs = Math.max(reader.asOfMs, asOfMs);
}

function wantsTopic({ topic, videoId, sessionId }: EventFilter, of: StateTopic): boolean {
  if (topic !== undefined && topic !== of) return false;
  return of === 'video-state' ? sessionId === undefined : videoId === undefined;
}

const wantsKey = ({ videoId, sessionId }: EventFilter, key: string) =>
  (videoId === undefined || key === videoId) && (sessionId === undefined || key === sessionId);

function matches(change: Change, filter: EventFilter): boolean {
  const { state, topic, key } = change;
  if (!wantsKey(filter, key)) return false;
  if (filter.stream === undefined) return true;
  // A tombstone has no stream any more; a session's id begins with it.
  if (state === null) return topic === 'video-state' || key.startsWith(`${filter.stream}/`);
  const { stream } = state;
  return stream !== null && `${stream.domainName}/${stream.appName}/${stream.streamName}` === filter.stream;
}

/** One event. JSON holds no raw line breaks, so the text can't be broken up by a stream's name. */
function eventText(change: Change): string {
  const name = change.topic === 'video-state' ? 'video' : 'session';
  const data =
    change.state === null ? { key: change.key, deleted: true, reason: change.reason } : publicState(change.state);
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Fields of a state that are no contract and stay inside. */
export const internalFields: readonly string[] = ['facts', 'cuts', 'cutoff', 'retiredSummary'];

/** A state without its internal fields. */
export const publicState = (state: object): object =>
  Object.fromEntries(Object.entries(state).filter(([field]) => !internalFields.includes(field)));
