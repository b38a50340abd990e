import type { DeadLetterReason } from '../../schemas/dead-letter.ts';
import type { VideoState } from '../../schemas/generated/VideoState.ts';
import {
  checkEventType,
  deliveryOf,
  isLiveRecord,
  liveRecordOf,
  parseCallback,
  type Sha256,
  sentAtMsOf,
  type VideoEvent,
} from '../callback/index.ts';
import type { Policy, PolicyBook } from '../policy/index.ts';
import { streamKeyOf } from '../stream-key.ts';
import type { Emission, Labels, Outcome, SourceRecord, Topology } from '../topology.ts';
import { decide } from './decide.ts';
import { evolve, retired, withDecisions } from './evolve.ts';
import { retirementDueAtMs } from './retirement.ts';
import { liveFactOf, streamFactsOf } from './stream-fact.ts';

/** The store of the video processor is what `video-state` holds. */
export type VideoRecord = VideoState;

type Options = {
  readonly policies: PolicyBook;
  /** The platform's, where there is one: only a matter of speed (`hashOf`). */
  readonly sha256?: Sha256;
};

/**
 * The video processor. In: one callback, as received. State: the video. Out: what changed for its stream, and the jobs
 * to start.
 */
export function videoTopology({ policies, sha256 }: Options): Topology<VideoRecord> {
  const policyOf = (state: VideoState): Policy =>
    state.stream === null ? policies.unknownStream : policies.policyFor(state.stream);

  return {
    name: 'video',
    input: 'callbacks',
    changelog: 'video-state',
    outputs: ['stream-facts', 'transcode-jobs'],

    step(before, record, { nowMs }): Outcome<VideoRecord> {
      // Parse: bytes to a fact, or a dead letter that says why not.
      if (!(record.value instanceof Uint8Array)) return unusable('not bytes', 'the callbacks topic holds raw bodies');
      if (isLiveRecord(record)) return ofStream(record.value, before, record);
      const parsed = parseCallback(record.value, deliveryOf(record), sha256);
      if (parsed.kind === 'unparsable') return unusable(parsed.code ?? 'unparsable', parsed.reason);
      const { event } = parsed;
      if (event.entry.eventType === checkEventType) return { kind: 'drop', reason: 'check' };
      if (event.subjectId !== record.key)
        return unusable(
          'wrong-key',
          `the record key is ${record.key.slice(0, 80)}, the subject ${event.subjectId.slice(0, 80)}`,
        );

      // Evolve: the set of facts, and the state that follows from it. A duplicate writes nothing.
      const evolved = evolve(before, event);
      const labels = labelsOf(before, event, evolved.result === 'applied' ? parsed.kind : evolved.result);
      if (!evolved.changed) return { kind: 'drop', reason: evolved.result, labels };

      // Decide: at most one job per video, purpose and generation, and at most one of each step before it; the decision is part of the state it was taken on.
      const decision = decide(evolved.state, policyOf(evolved.state), nowMs, sha256);
      const state = decision === null ? evolved.state : withDecisions(evolved.state, decision);

      // Out, all in the transaction of the state record.
      const emit: Emission[] = [];
      for (const fact of streamFactsOf(before, state))
        emit.push({ topic: 'stream-facts', key: streamKeyOf(fact.stream), value: fact, snapshot: true });
      for (const job of decision?.start ?? []) emit.push({ topic: 'transcode-jobs', key: job.videoId, value: job });
      return { kind: 'next', state, emit, labels };
    },

    timer: {
      dueAtMs: (state) => retirementDueAtMs(state, policyOf(state)),
      fire(_key, state, { nowMs }): Outcome<VideoRecord> {
        if (state.retired) return { kind: 'next', state: null, reason: 'retired', emit: [] };
        return { kind: 'next', state: retired(state, nowMs), emit: [] };
      },
    },
  };
}

/** ApsaraVideo Live's own record callbacks are about a stream: no video changes, its stream is told. */
function ofStream(body: Uint8Array, before: VideoRecord | null, record: SourceRecord): Outcome<VideoRecord> {
  const opened = liveRecordOf(body, sentAtMsOf(record));
  if (!opened.ok) return unusable('unusable', opened.reason);
  const { stream, live } = opened.record;
  if (live === null) return { kind: 'drop', reason: 'live-record-event' };
  const fact: Emission = { topic: 'stream-facts', key: streamKeyOf(stream), value: liveFactOf(stream, live) };
  return { kind: 'next', state: before, others: new Map(), emit: [fact] };
}

function unusable(reason: DeadLetterReason, error: string): Outcome<VideoRecord> {
  return { kind: 'dead-letter', reason, error, labels: { result: 'dead-letter' } };
}

/** `eventType` is one of a known few, so that it can label a metric. */
function labelsOf(before: VideoState | null, event: VideoEvent, result: string): Labels {
  const { eventType, eventTime, source } = event.entry;
  // What has no time has no place to be out of.
  const latest = eventTime === 0 ? 0 : (before?.timeline.at(-1)?.eventTime ?? eventTime);
  return {
    eventType: event.fact.kind === 'UNKNOWN' ? 'other' : eventType,
    result: result === 'ok' ? 'applied' : result,
    source,
    outOfOrderSeconds: Math.max(0, (latest - eventTime) / 1000),
  };
}
