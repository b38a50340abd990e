/** A stream of the session processor without Kafka: what it writes is encoded, and goes into states in memory. */
import { sessionTopology } from '../../processors/session/index.ts';
import { avroSchema } from '../../schemas/avro.ts';
import type { StreamFact } from '../../schemas/generated/StreamFact.ts';
import type { StreamState } from '../../schemas/generated/StreamState.ts';
import { codecOf } from '../domain/workload.ts';

const minuteMs = 60_000;
const startMs = Date.UTC(2026, 2, 1);
const stream = { domainName: 'play.example.com', appName: 'live', streamName: 'room-42' };
const key = 'play.example.com/live/room-42';
/** Minutes of a segment: the recording cycle. One alone is shorter. */
const cycleMinutes = 60;

const policy = {
  recording: { cycleSeconds: 3600, cycleTold: true, disconnectDelaySeconds: 180, graceSeconds: 300 },
  composed: { compose: 'cloud', transcode: 'cloud' },
  maxActAgeSeconds: 86_400,
  retentionDays: 3650,
  silentAfterSeconds: 1800,
} as const;

const blank = {
  ...Object.fromEntries(
    (avroSchema('StreamFact').fields as { name: string; default?: unknown }[]).map((field) => [
      field.name,
      field.default ?? null,
    ]),
  ),
  stream,
  removed: false,
} as unknown as StreamFact;

const idOf = (letter: string, index: number): string => `${letter}${String(index).padStart(31, '0')}`;

/** Facts about one video at three minutes: it is there, its source is ready, it is transcoded. */
function lifeOf(video: StreamFact, first: StreamFact['status'], [at0, at1]: readonly [number, number]): StreamFact[] {
  const ready = { status: 'SOURCE_READY', sourceReadyTime: at0, videoRevision: 2 } as const;
  return [
    { ...video, status: first, videoRevision: 1 },
    { ...video, ...ready },
    { ...video, ...ready, status: 'TRANSCODED', transcodedTime: at1, videoRevision: 3 },
  ];
}

/** Three facts of a segment that was recorded from one minute to another. */
function segmentFacts(index: number, from: number, to: number): StreamFact[] {
  const at = (minutes: number) => startMs + minutes * minuteMs;
  const recording = { startTime: at(from), endTime: at(to) };
  const segment = { ...blank, videoId: idOf('a', index), kind: 'SEGMENT', recording, recordedTime: at(to) } as const;
  return lifeOf(segment, 'RECORDED', [at(to + 0.1), at(to + 2)]);
}

/** Six facts of a session of ten minutes, one every half hour: of its segment and of its composed video. */
export function shortSession(index: number): StreamFact[] {
  const from = index * 30;
  const at = (minutes: number) => startMs + (from + minutes) * minuteMs;
  const film = { ...blank, videoId: idOf('c', index), kind: 'COMPOSED', composeStartTime: at(13.1) } as const;
  return [...segmentFacts(index, from, from + 10), ...lifeOf(film, 'ANNOUNCED', [at(14), at(18)])];
}

/** Three facts of each of the session's further segments, which follow one another without a gap. */
export function segmentOf(index: number): StreamFact[] {
  return segmentFacts(index, index * cycleMinutes, (index + 1) * cycleMinutes);
}

/** A fact about a stream's first video that comes when everything is over. */
export function lateFact(revision: number): StreamFact {
  const [, , transcoded] = shortSession(0);
  return { ...(transcoded ?? blank), status: 'PARTIAL', videoRevision: revision };
}

const codecs = {
  state: codecOf<StreamState>('StreamState'),
  session: codecOf<unknown>('SessionState'),
};

/** Bytes of all records that were written to `stream-state` and `session-state`, with their keys. */
export type Written = { readonly stateBytes: number; readonly sessionBytes: number; readonly largest: number };

export class StreamRun {
  readonly #topology = sessionTopology({ policies: { policyFor: () => policy } });
  readonly #before: ReadonlyMap<string, StreamState>;
  readonly #states = new Map<string, StreamState | null>();
  #written: Written = { stateBytes: 0, sessionBytes: 0, largest: 0 };

  /** Goes on from states, which it leaves as they are. */
  constructor(before: ReadonlyMap<string, StreamState> = new Map()) {
    this.#before = before;
  }

  get written(): Written {
    return this.#written;
  }

  hear(facts: readonly StreamFact[]): this {
    for (const fact of facts) this.#hear(fact);
    return this;
  }

  states(): ReadonlyMap<string, StreamState> {
    const all = new Map(this.#before);
    for (const [changed, state] of this.#states) {
      if (state === null) all.delete(changed);
      else all.set(changed, state);
    }
    return all;
  }

  #read(of: string): StreamState | null {
    const own = this.#states.get(of);
    return own === undefined ? (this.#before.get(of) ?? null) : own;
  }

  #hear(fact: StreamFact): void {
    const read = (other: string) => this.#read(other);
    const record = { key, value: fact, headers: {}, timestampMs: startMs };
    const outcome = this.#topology.step(read(key), record, { nowMs: startMs, read });
    if (outcome.kind !== 'next') throw new Error(`a fact of the benchmark is a ${outcome.kind}`);
    let { stateBytes, sessionBytes, largest } = this.#written;
    for (const [changed, state] of [[key, outcome.state] as const, ...(outcome.others ?? [])]) {
      this.#states.set(changed, state);
      const bytes = changed.length + (state === null ? 0 : codecs.state.encode(state).length);
      stateBytes += bytes;
      largest = Math.max(largest, bytes);
    }
    for (const { topic, key: id, value } of outcome.emit)
      if (topic === 'session-state')
        sessionBytes += id.length + (value === null ? 0 : codecs.session.encode(value).length);
    this.#written = { stateBytes, sessionBytes, largest };
  }
}
