/** What the stages of `bench domain` take: each callback with all that the stages before it make of it, made once. */
import avsc from 'avsc';
import { avroCodec, type Codec, type WriterSchemas } from '../../connectors/avro/index.ts';
import { sha256, systemClock } from '../../platform/host/index.ts';
import { deliveryOf, parseCallback, type VideoEvent } from '../../processors/callback/index.ts';
import { type Policy, policyBook } from '../../processors/policy/index.ts';
import { sessionTopology } from '../../processors/session/index.ts';
import type { Emission, SourceRecord, Topology } from '../../processors/topology.ts';
import { evolve, type VideoRecord, videoTopology } from '../../processors/video/index.ts';
import { type AvroSchemaName, avroSchema } from '../../schemas/avro.ts';
import type { Coding } from '../../schemas/avro-coding.ts';
import { codings } from '../../schemas/generated/codings.ts';
import type { StreamState } from '../../schemas/generated/StreamState.ts';
import { readPolicies } from '../../schemas/policies.ts';
import { callbacks, policyRules, streamsOf } from '../callbacks.ts';

export type Callback = {
  readonly record: SourceRecord & { readonly value: Buffer };
  readonly event: VideoEvent;
  readonly before: VideoRecord | null;
};

/** A callback that changed its video. */
export type Change = Callback & {
  /** As evolve left it, and after the decision. */
  readonly evolved: VideoRecord;
  readonly policy: Policy;
  readonly after: VideoRecord;
  readonly emit: readonly Emission[];
  readonly bytes: Buffer;
};

export type Workload = {
  readonly nowMs: number;
  readonly callbacks: readonly Callback[];
  readonly changes: readonly Change[];
  /** What the session processor hears of them. */
  readonly facts: readonly SourceRecord[];
  /** What it writes for each of these. */
  readonly told: readonly (readonly Written[])[];
  readonly video: Topology<VideoRecord>;
  readonly session: Topology<StreamState>;
};

export type Written = { readonly topic: 'stream-state' | 'session-state'; readonly value: unknown };

const noOtherWriters: WriterSchemas = () => Promise.reject(new Error('the benchmark writes all that it reads'));

export const codecOf = <T>(name: AvroSchemaName): Codec<T> =>
  avroCodec<T>(name, 1, typeOf(name), noOtherWriters, systemClock, codings[name] as unknown as Coding<T>);

const typeOf = (name: AvroSchemaName) => avsc.Type.forSchema(avroSchema(name) as avsc.Schema);

/** `endMs` is the wall clock of all decisions, shortly after the last event. */
export function workloadOf(videos: number, endMs: number): Workload {
  const rules = readPolicies(policyRules);
  if (!rules.ok) throw new Error('the rules of the benchmark are no policies');
  const policies = policyBook(rules.rules);
  const [video, session] = [videoTopology({ policies, sha256 }), sessionTopology({ policies })];
  const codec = codecOf<VideoRecord>('VideoState');
  const states = new Map<string, VideoRecord>();
  const all: Callback[] = [];
  const changes: Change[] = [];
  for (const { key, value, headers } of callbacks({ videos, topic: '', endMs, streams: streamsOf(videos) })) {
    if (key === null || value === null) throw new Error('a callback of the benchmark has a key and a body');
    const record = { key, value: Buffer.from(value), headers: headers ?? {}, timestampMs: endMs };
    const parsed = parseCallback(record.value, deliveryOf(record));
    if (parsed.kind === 'unparsable') throw new Error(parsed.reason);
    const before = states.get(key) ?? null;
    const one = { record, event: parsed.event, before };
    all.push(one);
    const evolved = evolve(before, parsed.event);
    const outcome = video.step(before, record, { nowMs: endMs });
    if (!evolved.changed || outcome.kind !== 'next' || outcome.state === null) continue;
    const { state: after, emit } = outcome;
    states.set(key, after);
    const policy = after.stream === null ? policies.unknownStream : policies.policyFor(after.stream);
    changes.push({ ...one, evolved: evolved.state, policy, after, emit, bytes: Buffer.from(codec.encode(after)) });
  }
  const facts = changes.flatMap(({ emit }) =>
    emit.flatMap(({ topic, key, value }) =>
      topic === 'stream-facts' ? [{ key, value, headers: {}, timestampMs: endMs }] : [],
    ),
  );
  return { nowMs: endMs, callbacks: all, changes, facts, told: [...toldBy(session, facts, endMs)], video, session };
}

/** Runs the session processor over its facts from the beginning, over states in memory; gives what each step writes. */
export function* toldBy(
  topology: Topology<StreamState>,
  facts: readonly SourceRecord[],
  nowMs: number,
): Generator<readonly Written[]> {
  const states = new Map<string, StreamState>();
  const read = (key: string) => states.get(key) ?? null;
  for (const fact of facts) {
    const outcome = topology.step(read(fact.key), fact, { nowMs, read });
    if (outcome.kind === 'dead-letter') throw new Error(outcome.error);
    if (outcome.kind === 'drop') {
      yield [];
      continue;
    }
    const written: Written[] = [];
    for (const [key, state] of [[fact.key, outcome.state] as const, ...(outcome.others ?? [])]) {
      if (state === null) states.delete(key);
      else states.set(key, state);
      if (state !== null) written.push({ topic: 'stream-state', value: state });
    }
    for (const { topic, value } of outcome.emit)
      if (topic === 'session-state' && value !== null) written.push({ topic, value });
    yield written;
  }
}
