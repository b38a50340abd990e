/**
 * The session processor: facts about videos in, the state of each live session out.
 *
 *   stream-facts ──> the latest fact per video ──> sessions ──> session-state (what changed)
 *                         (stream-state)              └───────> compose-jobs (once per session that we compose)
 *   timer ──> time passes for this stream ──────────────┘
 */
import type { StreamFact } from '../../schemas/generated/StreamFact.ts';
import type { StreamRef, StreamState } from '../../schemas/generated/StreamState.ts';
import type { Topology } from '../topology.ts';
import { turn } from './evolve.ts';
import { addFact, lastTimeOf, videoOf } from './facts.ts';
import { isSettled, withoutFlood } from './retention.ts';
import { rulesOf, type SessionPolicies } from './rules.ts';
import { streamKeyOf } from './session-id.ts';

/**
 * The topology of the session processor. A record only adds to the facts; time passes for a stream by timers alone, so
 * a backlog never ends a show early and the order of arrival never matters.
 *
 * @param options.policies what holds for a stream; a changed policy is seen with the stream's next fact or timer
 */
export function sessionTopology(options: { readonly policies: SessionPolicies }): Topology<StreamState> {
  const rulesFor = (stream: StreamRef) => rulesOf(options.policies.policyFor(stream));

  return {
    name: 'session',
    input: 'stream-facts',
    changelog: 'stream-state',
    outputs: ['session-state', 'compose-jobs'],
    step(before, record, { nowMs }) {
      const fact = record.value as StreamFact | null;
      if (!fact) return { kind: 'dead-letter', reason: 'empty', error: 'a fact without a value means nothing' };
      const key = streamKeyOf(fact.stream);
      if (key !== record.key)
        return {
          kind: 'dead-letter',
          reason: 'wrong-key',
          error: `the fact is about ${key}, its key is ${record.key}`,
        };
      const state = before ?? emptyState(fact.stream);
      const video = videoOf(fact);
      const added = addFact(state.videos, video);
      if (added.kind !== 'added') return { kind: 'drop', reason: added.kind };
      const isNew = added.videos.length > state.videos.length;
      if (isNew && isSettled(video, state.settledThrough, state.settled)) return { kind: 'drop', reason: 'settled' };
      const { retentionMs } = rulesFor(fact.stream);
      const lastMs = lastTimeOf(video);
      if (isNew && lastMs > 0 && nowMs >= lastMs + retentionMs) return { kind: 'drop', reason: 'retired' };
      const videos = withoutFlood(added.videos, video);
      const next = turn({ ...state, videos }, rulesFor(fact.stream), nowMs);
      return { kind: 'next', state: next.state, emit: next.emit };
    },
    timer: {
      dueAtMs: (state) => state.dueAt,
      /** Time passes to the deadline and no further: of what lies between it and now not everything may be known yet. */
      fire(_key, state, { nowMs }) {
        const clock = Math.max(state.clock, state.dueAt ?? 0);
        const next = turn({ ...state, clock }, rulesFor(state.stream), nowMs);
        return next.empty
          ? { kind: 'next', state: null, reason: 'retired', emit: next.emit }
          : { kind: 'next', state: next.state, emit: next.emit };
      },
    },
  };
}

function emptyState(stream: StreamRef): StreamState {
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
  };
}
