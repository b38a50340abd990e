import type { SessionState } from '../schemas/generated/SessionState.ts';
import type { VideoState as StoredVideoState } from '../schemas/generated/VideoState.ts';

/** The state of one video as the topic holds it, without the processor's internal fields. */
export type VideoState = Omit<StoredVideoState, 'facts' | 'cuts' | 'cutoff' | 'retiredSummary'>;
export type { SessionState };

/** What can be followed, and the type of its states. */
export type States = { readonly 'video-state': VideoState; readonly 'session-state': SessionState };
export type StateTopic = keyof States;

/**
 * One step of a follower. `position` is where to resume: pass it as `from` and everything after this event comes, this
 * event doesn't. Keep it with what you did about the event, best in one transaction.
 */
export type FollowEvent<T extends StateTopic = StateTopic> =
  /** The latest state of one video or session. The same one, or an older one, may come again: apply the last you see. */
  | { readonly kind: 'state'; readonly key: string; readonly state: States[T]; readonly position: string }
  /** It is gone: retired after its retention, or (a session) merged into another; null where the source doesn't say. */
  | {
      readonly kind: 'deleted';
      readonly key: string;
      readonly reason: 'retired' | 'merged' | null;
      readonly position: string;
    }
  /** Everything that was there at the start has come, changes follow. Once, and once more after a `reset`. */
  | { readonly kind: 'live'; readonly position: string }
  /** The position is of no use any more: forget what you have, a new snapshot follows. */
  | { readonly kind: 'reset'; readonly position: string };

/**
 * Why a follower ended. `retryable`: following again from the last position may work.
 *
 * | code | meaning |
 * |---|---|
 * | `BAD_POSITION` | `from` isn't a position of this topic and this way of following |
 * | `NO_TOPIC` | the topic doesn't exist: check `topicPrefix` |
 * | `COMPRESSION` | a batch is compressed in a way that kafkajs doesn't read |
 * | `KAFKA` | Kafka refuses or fails for good; the cause says why |
 * | `HTTP_REFUSED` | the console answered with an error that asking again won't change |
 */
export class FollowFault extends Error {
  override readonly name = 'FollowFault';
  readonly code: 'BAD_POSITION' | 'NO_TOPIC' | 'COMPRESSION' | 'KAFKA' | 'HTTP_REFUSED';
  readonly retryable: boolean;

  constructor(code: FollowFault['code'], message: string, o: { cause?: unknown; retryable?: boolean } = {}) {
    super(message, o.cause === undefined ? undefined : { cause: o.cause });
    this.code = code;
    this.retryable = o.retryable ?? false;
  }
}

/** A stored state without internal fields. */
export function publicState<T extends StateTopic>(stored: object): States[T] {
  const internal: readonly string[] = ['facts', 'cuts', 'cutoff', 'retiredSummary'];
  return Object.fromEntries(
    Object.entries(stored).filter(([field]) => !internal.includes(field)),
  ) as unknown as States[T];
}
