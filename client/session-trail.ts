import type { FollowEvent, SessionState } from './states.ts';

type Known = FollowEvent<'session-state'> & { readonly key: string };
export type Step = { readonly event: Known; readonly fresh: boolean };

/**
 * Follows one session through merges: of all sessions' events in order of their offsets it lets through those of the
 * followed id, and moves on to the id that swallowed it. That one's latest state may have come before the merge was
 * seen (another partition), so those of the same stream are remembered: sessions merge only within their stream.
 */
export class SessionTrail {
  readonly #prefix: string;
  readonly #followMerged: boolean;
  readonly #siblings = new Map<string, Step>();
  #followed: string;

  constructor(sessionId: string, followMerged: boolean) {
    this.#followed = sessionId;
    this.#followMerged = followMerged;
    // domain/app/stream/<start>: an id is its stream and a time without a slash.
    this.#prefix = sessionId.slice(0, sessionId.lastIndexOf('/') + 1);
  }

  get followed(): string {
    return this.#followed;
  }

  /**
   * What an event gives the reader, in order. `fresh` says whether the event is news to a reader that resumes: the state
   * of the session moved on to is news where it is news itself or the merge is.
   */
  accept(step: Step): Step[] {
    const { event, fresh } = step;
    if (event.key !== this.#followed) {
      if (event.key.startsWith(this.#prefix)) this.#siblings.set(event.key, step);
      return [];
    }
    const into = this.#followMerged && event.kind === 'state' ? mergedInto(event.state) : null;
    if (into === null) return [step];
    this.#followed = into;
    const known = this.#siblings.get(into);
    return known ? [step, ...this.accept({ event: known.event, fresh: fresh || known.fresh })] : [step];
  }
}

/** The session that swallowed this one; null where none did. */
export const mergedInto = (state: SessionState): string | null => (state.status === 'MERGED' ? state.mergedInto : null);
