/**
 * What a fact costs the session processor, by how many finished sessions its stream had before: microseconds of the step
 * and of encoding what it writes, and bytes written to `stream-state` and `session-state`. No Kafka: the step is all that
 * could depend on it. Also a late fact, about the stream's first video.
 *
 *   node bench/sessions.ts [sessions before ...]      default 1 100 10000
 */
import avsc from 'avsc';
import { sessionTopology } from '../processors/session/index.ts';
import { avroSchema } from '../schemas/avro.ts';
import type { StreamFact } from '../schemas/generated/StreamFact.ts';
import type { StreamState } from '../schemas/generated/StreamState.ts';

const minuteMs = 60_000;
const stream = { domainName: 'play.example.com', appName: 'live', streamName: 'room-42' };
const key = 'play.example.com/live/room-42';
const startMs = Date.UTC(2026, 2, 1);
/** A session of ten minutes every half hour; its facts are heard of within that time. */
const everyMs = 30 * minuteMs;
const measured = 300;

const stateType = avsc.Type.forSchema(avroSchema('StreamState') as avsc.Schema);
const sessionType = avsc.Type.forSchema(avroSchema('SessionState') as avsc.Schema);
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

/** Six facts of a session: recorded, source ready, transcoded, and the same of its composed video. */
function factsOf(index: number): StreamFact[] {
  const from = startMs + index * everyMs;
  const at = (minutes: number) => from + minutes * minuteMs;
  const id = (letter: string) => `${letter}${String(index).padStart(31, '0')}`;
  const recording = { startTime: from, endTime: at(10) };
  const segment = { ...blank, videoId: id('a'), kind: 'SEGMENT', recording, recordedTime: at(10) } as const;
  const film = { ...blank, videoId: id('c'), kind: 'COMPOSED', composeStartTime: at(13.1) } as const;
  const ready = (minutes: number) =>
    ({ status: 'SOURCE_READY', sourceReadyTime: at(minutes), videoRevision: 2 }) as const;
  const done = (minutes: number) => ({ status: 'TRANSCODED', transcodedTime: at(minutes), videoRevision: 3 }) as const;
  return [
    { ...segment, status: 'RECORDED', videoRevision: 1 },
    { ...segment, ...ready(10.1) },
    { ...segment, ...ready(10.1), ...done(12) },
    { ...film, status: 'ANNOUNCED', videoRevision: 1 },
    { ...film, ...ready(14) },
    { ...film, ...ready(14), ...done(18) },
  ];
}

class Run {
  readonly #topology = sessionTopology({ policies: { policyFor: () => policy } });
  readonly #states = new Map<string, StreamState>();
  facts = 0;
  stateBytes = 0;
  sessionBytes = 0;
  largest = 0;

  hear(fact: StreamFact): void {
    const read = (other: string) => this.#states.get(other) ?? null;
    const nowMs = startMs;
    const record = { key, value: fact, headers: {}, timestampMs: nowMs };
    const outcome = this.#topology.step(read(key), record, { nowMs, read });
    if (outcome.kind !== 'next') throw new Error(`a fact of the benchmark is a ${outcome.kind}`);
    this.facts += 1;
    for (const [changed, state] of [[key, outcome.state] as const, ...(outcome.others ?? [])]) {
      if (state === null) this.#states.delete(changed);
      else this.#states.set(changed, state);
      const bytes = changed.length + (state === null ? 0 : stateType.toBuffer(state).length);
      this.stateBytes += bytes;
      this.largest = Math.max(this.largest, bytes);
    }
    for (const { topic, key: id, value } of outcome.emit)
      if (topic === 'session-state')
        this.sessionBytes += id.length + (value === null ? 0 : sessionType.toBuffer(value).length);
  }
}

/** Best of three, so that a neighbour's work doesn't count. */
function cost(run: Run, batches: readonly StreamFact[][]) {
  let best = Number.POSITIVE_INFINITY;
  const [facts, stateBytes, sessionBytes] = [run.facts, run.stateBytes, run.sessionBytes];
  for (const batch of batches) {
    const begun = process.cpuUsage();
    for (const fact of batch) run.hear(fact);
    const { user, system } = process.cpuUsage(begun);
    best = Math.min(best, (user + system) / batch.length);
  }
  const count = run.facts - facts;
  return {
    micros: best,
    stateBytes: (run.stateBytes - stateBytes) / count,
    sessionBytes: (run.sessionBytes - sessionBytes) / count,
  };
}

const many = (from: number, count: number) => Array.from({ length: count }, (_, index) => factsOf(from + index)).flat();
const counts = process.argv.slice(2).map(Number);
const rows = (counts.length > 0 ? counts : [1, 100, 10_000]).map((before) => {
  const warm = new Run();
  for (const fact of many(0, 200)) warm.hear(fact);
  const run = new Run();
  for (const fact of many(0, before)) run.hear(fact);
  const next = cost(
    run,
    [0, 1, 2].map((batch) => many(before + (batch * measured) / 3, measured / 3)),
  );
  const late = cost(
    run,
    [0, 1, 2].map((batch) =>
      Array.from({ length: 100 }, (_, index) => {
        const [, , transcoded] = factsOf(0);
        return { ...(transcoded ?? blank), status: 'PARTIAL' as const, videoRevision: 10 + batch * 100 + index };
      }),
    ),
  );
  return {
    'finished sessions before': before,
    'µs of CPU per fact': Math.round(next.micros),
    'bytes per fact to stream-state': Math.round(next.stateBytes),
    'bytes per fact to session-state': Math.round(next.sessionBytes),
    'µs per late fact': Math.round(late.micros),
    'bytes per late fact to stream-state': Math.round(late.stateBytes),
    'largest record': run.largest,
  };
});
console.table(rows);
