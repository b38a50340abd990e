/** A part of a stream's history as one turn takes it, and as it leaves it. */
import type { Composition, LiveEvent, StreamState, StreamVideo } from '../../schemas/generated/StreamState.ts';
import type { Emission } from '../topology.ts';
import type { LiveView } from './live-sessions.ts';
import type { Session } from './projection.ts';

export type Span = Pick<StreamState, 'stream' | 'revision' | 'clock' | 'videos' | 'sessions' | 'compositions'> & {
  /** The cloud composes something of the stream, and nothing tells of when. */
  readonly composesUnplaced: boolean;
  /** Whether that has been ordered for the stream, whatever it was of then: nothing is paid for twice. */
  readonly isOrdered: (token: string) => boolean;
  /** Live's own callbacks, up to when time has passed for them, and from where on they may tell of a session by themselves. */
  readonly live?: { readonly events: readonly LiveEvent[]; readonly clock: number; readonly fromMs: number };
};

/** What is judged: the sessions that start, and loose facts that lie, from there to before there. The rest is context. */
export type Judged = { readonly fromMs: number; readonly toMs: number };

export type Turned = Omit<Span, 'composesUnplaced' | 'isOrdered' | 'live'> & {
  readonly liveView: LiveView;
  /** Those that stay, oldest first, the context included. */
  readonly current: readonly Session[];
  readonly loose: readonly StreamVideo[];
  readonly needsEarlier: StreamVideo | null;
  /** The compositions that were decided on just now. */
  readonly taken: readonly Composition[];
  readonly emit: readonly Emission[];
};

export function isWithin(ms: number, { fromMs, toMs }: Judged): boolean {
  return ms >= fromMs && ms < toMs;
}
