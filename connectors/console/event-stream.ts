/**
 * Live subscription: the latest state of every matching key, then each change, as server-sent events. A reader is a
 * position over the view's changes and nothing else: a slow reader costs no memory, it just sees fewer of the states in
 * between, and a reader that comes back with its last event's id goes on exactly there.
 */
import type { Clock } from '../platform/index.ts';
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
  readonly follower: Pick<Follower, 'onChange'>;
  readonly clock: Clock;
  /** Names cluster and topics: an id of another epoch is answered with a reset. */
  readonly epoch: string;
  readonly filter: EventFilter;
  readonly lastEventId: string | null;
  readonly sink: EventSink;
};

const chunk = 200;
const keepAliveMs = 15_000;

/**
 * Serves one reader until its signal aborts. Events: `reset` (the id was too old or foreign: forget what you have),
 * `video` and `session` (the state, or `{key, deleted: true, reason}`), `live` (the snapshot is complete, changes follow).
 */
export async function serveEvents(options: EventStreamOptions): Promise<void> {
  const { view, sink, epoch } = options;
  const resumed =
    options.lastEventId === null ? null : decodePosition(epoch, view.identity.partitions, options.lastEventId);
  const usable = resumed !== null && view.canResume(resumed);
  if (options.lastEventId !== null && !usable) await sink.write(`event: reset\ndata: {}\n\n`);
  const position: Record<StateTopic, number[]> = usable ? mutable(resumed) : start(view.position());

  let wake = () => {};
  let changed = true;
  let silent = false;
  const stopListening = options.follower.onChange(() => {
    changed = true;
    wake();
  });
  const stopKeepAlive = options.clock.every(keepAliveMs, () => {
    silent = true;
    wake();
  });
  sink.signal.addEventListener('abort', () => wake(), { once: true });
  try {
    let live = false;
    while (!sink.signal.aborted) {
      if (changed) {
        changed = false;
        await drain(options, position);
        if (!live) await sink.write(`id: ${encodePosition(epoch, position)}\nevent: live\ndata: {}\n\n`);
        live = true;
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
  }
}

/** Sends every change from `position` to the view's end, moving `position` along. */
async function drain(options: EventStreamOptions, position: Record<StateTopic, number[]>): Promise<void> {
  const { view, sink, epoch, filter } = options;
  for (const topic of stateTopics) {
    if (!wantsTopic(filter, topic)) {
      // As good as seen: a position that stays behind would be too old one day.
      position[topic] = [...view.position()[topic]];
      continue;
    }
    for (const partition of position[topic].keys()) {
      for (;;) {
        const end = view.position()[topic][partition] ?? 0;
        const from = position[topic][partition] ?? 0;
        const { changes, next, done } = await view.changes(topic, partition, from, chunk, (key) =>
          wantsKey(filter, key),
        );
        let text = '';
        for (const change of changes) {
          position[topic][partition] = change.offset + 1;
          if (matches(change, filter)) text += `id: ${encodePosition(epoch, position)}\n${eventText(change)}`;
        }
        if (text !== '') await sink.write(text);
        if (sink.signal.aborted) return;
        position[topic][partition] = done ? Math.max(next, end) : next;
        if (done) break;
      }
    }
  }
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
export const internalFields: readonly string[] = ['facts', 'cutoff'];

/** A state without its internal fields. */
export function publicState(state: object): object {
  const { facts: _facts, cutoff: _cutoff, ...shown } = state as { facts?: unknown; cutoff?: unknown };
  return shown;
}

function start(position: Position): Record<StateTopic, number[]> {
  return {
    'video-state': position['video-state'].map(() => 0),
    'session-state': position['session-state'].map(() => 0),
  };
}

function mutable(position: Position): Record<StateTopic, number[]> {
  return { 'video-state': [...position['video-state']], 'session-state': [...position['session-state']] };
}
