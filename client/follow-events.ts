import { baseUrl } from './base-url.ts';
import { decodeEventId, encodeEventId } from './position.ts';
import { mergedInto } from './session-trail.ts';
import { type ServerSentEvent, serverSentEvents } from './sse.ts';
import { type FollowEvent, FollowFault, publicState, type States, type StateTopic } from './states.ts';
import { systemTiming, type Timing } from './timing.ts';

export type FollowEventsOptions<T extends StateTopic> = {
  readonly states: T;
  /** Base of the console, e.g. `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Position of the last event dealt with. Default: begin with a snapshot. */
  readonly from?: string;
  /** Only this VideoId or session id. Default all. */
  readonly id?: string;
  /** Only this `domain/app/stream`. */
  readonly stream?: string;
  /** With the id of a session: go on with the session that swallows it. Default true. */
  readonly followMerged?: boolean;
  /** More request headers, e.g. `authorization` where the console needs a token for reading, or a proxy does. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Ends the iteration. */
  readonly signal?: AbortSignal;
  /** Clock, randomness and `fetch`; for tests. */
  readonly platform?: Timing;
};

/** A connection on which nothing comes for so long is dead: the console sends a sign of life every 15 s. */
const silenceMs = 45_000;
const firstPauseMs = 250;
const longestPauseMs = 10_000;

/**
 * Follows states over the console's server-sent events (`GET /api/events`), connecting again by itself where it left
 * off. Throws a `FollowFault` only for what asking again won't change; leaving the loop closes the connection.
 */
export async function* followEvents<T extends StateTopic>(
  options: FollowEventsOptions<T>,
): AsyncGenerator<FollowEvent<T>, void, undefined> {
  const platform = options.platform ?? systemTiming;
  const left = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, left.signal]) : left.signal;
  const start = decodeEventId(options.from ?? '');
  const reader = { ...start, live: false };
  let pauseMs = firstPauseMs;
  try {
    while (!signal.aborted) {
      try {
        for await (const event of oneConnection(options, platform, reader, signal)) {
          pauseMs = firstPauseMs;
          yield event;
        }
        // Ended by the server, or moved on to another session: no reason to wait long.
        pauseMs = Math.min(pauseMs, firstPauseMs);
      } catch (error) {
        if (error instanceof FollowFault) throw error;
      }
      if (signal.aborted) return;
      await platform.sleep(pauseMs * (0.5 + platform.random() / 2), signal);
      pauseMs = Math.min(longestPauseMs, pauseMs * 2);
    }
  } finally {
    left.abort();
  }
}

/** `reason` isn't there from a console of an older release. */
type Deleted = { readonly key: string; readonly deleted: true; readonly reason?: 'retired' | 'merged' | null };

type Reader = { eventId: string; movedTo: string | null; live: boolean };

async function* oneConnection<T extends StateTopic>(
  options: FollowEventsOptions<T>,
  platform: Timing,
  reader: Reader,
  outer: AbortSignal,
): AsyncGenerator<FollowEvent<T>> {
  const gone = new AbortController();
  const signal = AbortSignal.any([outer, gone.signal]);
  let heardAtMs = platform.monotonicMs();
  const stopWatching = platform.every(silenceMs / 3, () => {
    if (platform.monotonicMs() - heardAtMs > silenceMs) gone.abort();
  });
  try {
    const response = await platform.fetch(address(options, reader), {
      headers: {
        ...options.headers,
        accept: 'text/event-stream',
        ...(reader.eventId === '' ? {} : { 'last-event-id': reader.eventId }),
      },
      signal,
    });
    await requireStream(response);
    const body = response.body as AsyncIterable<Uint8Array>;
    const heard = async function* () {
      for await (const chunk of body) {
        heardAtMs = platform.monotonicMs();
        yield chunk;
      }
    };
    for await (const event of serverSentEvents(heard())) {
      const before = reader.movedTo;
      const followed = followEvent(options, reader, event);
      if (followed) yield followed;
      // The console filters by session, so another one is another request.
      if (reader.movedTo !== before) return;
    }
  } finally {
    stopWatching();
    gone.abort();
  }
}

/** Moves `reader` along and says what the event means; undefined where it means nothing to the reader. */
function followEvent<T extends StateTopic>(
  options: FollowEventsOptions<T>,
  reader: Reader,
  { id, event, data }: ServerSentEvent,
): FollowEvent<T> | undefined {
  if (event === 'reset') {
    reader.eventId = '';
    reader.live = false;
    return { kind: 'reset', position: encodeEventId('', reader.movedTo) };
  }
  if (event !== 'live' && event !== 'video' && event !== 'session') return undefined;
  reader.eventId = id;
  if (event === 'live') {
    if (reader.live) return undefined;
    reader.live = true;
    return { kind: 'live', position: encodeEventId(id, reader.movedTo) };
  }
  const value = JSON.parse(data) as States[T] | Deleted;
  if ('deleted' in value) {
    return {
      kind: 'deleted',
      key: value.key,
      reason: value.reason ?? null,
      position: encodeEventId(id, reader.movedTo),
    };
  }
  const follows = event === 'session' && options.id !== undefined && options.followMerged !== false;
  const into = follows && 'sessionId' in value ? mergedInto(value) : null;
  if (into !== null) {
    // Without an event id: the swallowing session's state, which may be older than this event, comes as a snapshot.
    reader.eventId = '';
    reader.movedTo = into;
  }
  const key = 'videoId' in value ? value.videoId : value.sessionId;
  return { kind: 'state', key, state: publicState<T>(value), position: encodeEventId(reader.eventId, reader.movedTo) };
}

function address<T extends StateTopic>(options: FollowEventsOptions<T>, reader: Reader): string {
  const query = new URLSearchParams();
  query.set('states', options.states === 'video-state' ? 'videos' : 'sessions');
  const id = reader.movedTo ?? options.id;
  if (id !== undefined) query.set(options.states === 'video-state' ? 'video' : 'session', id);
  if (options.stream !== undefined) query.set('stream', options.stream);
  return `${baseUrl(options.url)}/api/events?${query}`;
}

async function requireStream(response: Response): Promise<void> {
  if (response.ok && response.body) return;
  const text = (await response.text().catch(() => '')).slice(0, 300);
  // 408, 429 and 5xx pass by themselves; a FollowFault ends the iteration, an Error is another try.
  const passing = response.status >= 500 || response.status === 408 || response.status === 429;
  const message = `the console answers ${response.status}: ${text}`;
  throw passing ? new Error(message) : new FollowFault('HTTP_REFUSED', message);
}
