/** States that fit the schemas, codecs without a registry, and a view in a folder of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import avsc from 'avsc';
import { Registry } from 'prom-client';
import { onTestFinished } from 'vitest';
import { avroCodec } from '../../../connectors/avro/index.ts';
import type { DeadLetter } from '../../../connectors/kafka/index.ts';
import { type Clock, systemClock } from '../../../platform/host/index.ts';
import { createLogger, metricsOf } from '../../../platform/telemetry/index.ts';
import { encodeInternalEvent } from '../../../processors/callback/index.ts';
import { defaultPolicy, type Policy } from '../../../processors/policy/index.ts';
import { type AvroSchemaName, avroSchema } from '../../../schemas/avro.ts';
import type { SessionState } from '../../../schemas/generated/SessionState.ts';
import type { JobLedgerEntry, StepLedgerEntry, VideoState } from '../../../schemas/generated/VideoState.ts';
import type { Follower } from '../../../services/console/follower.ts';
import { buildConsole, type ConsoleAppOptions, type DeadLetters } from '../../../services/console/index.ts';
import { type StateCodecs, StateView, type ViewIdentity } from '../../../services/console/state-view.ts';
import type { ViewRecord } from '../../../services/console/view-record.ts';

export const stream = { domainName: 'play.example.com', appName: 'live', streamName: 'room-42' };
export const streamKey = 'play.example.com/live/room-42';

/** The emptiest value of a type: first symbols, nulls, zeros. */
function empty(type: avsc.Type): unknown {
  if (type.typeName === 'union:unwrapped') return null;
  if (type.typeName === 'array') return [];
  if (type.typeName === 'string') return '';
  if (type.typeName === 'boolean') return false;
  if (type.typeName === 'enum') return (type as avsc.types.EnumType).symbols[0];
  if (type.typeName === 'record') {
    return Object.fromEntries((type as avsc.types.RecordType).fields.map((field) => [field.name, empty(field.type)]));
  }
  return 0;
}

const types = new Map<AvroSchemaName, avsc.Type>();

/** Built once per schema: tests make thousands of states. */
function typeOf(name: AvroSchemaName): avsc.Type {
  const type = types.get(name) ?? avsc.Type.forSchema(avroSchema(name) as avsc.Schema);
  types.set(name, type);
  return type;
}

const blank = (name: AvroSchemaName) => empty(typeOf(name)) as Record<string, unknown>;

export const video = (videoId: string, fields: Partial<VideoState> = {}) =>
  ({ ...blank('VideoState'), videoId, ...fields }) as VideoState;
export const session = (sessionId: string, fields: Partial<SessionState> = {}) =>
  ({ ...blank('SessionState'), sessionId, stream, status: 'RECORDING', ...fields }) as SessionState;

/** An audit that is under way. */
export function step(fields: Partial<StepLedgerEntry> = {}): StepLedgerEntry {
  const { type } = (typeOf('VideoState') as avsc.types.RecordType).field('steps');
  const entry = empty((type as avsc.types.ArrayType).itemsType) as StepLedgerEntry;
  return { ...entry, token: 'audit', kind: 'AUDIT', state: 'ACKNOWLEDGED', jobId: 'cloud-1', ...fields };
}

/** A ledger entry that waits for a person. */
export function job(fields: Partial<JobLedgerEntry> = {}): JobLedgerEntry {
  const { type } = (typeOf('VideoState') as avsc.types.RecordType).field('jobs');
  const entry = empty((type as avsc.types.ArrayType).itemsType) as JobLedgerEntry;
  return { ...entry, token: 't', decision: 'APPROVAL', state: 'AWAITING_APPROVAL', ...fields };
}

const codecOf = <T>(name: AvroSchemaName, id: number) =>
  avroCodec<T>(name, id, typeOf(name), () => Promise.reject(new Error('no such schema')));
export const codecs: StateCodecs = {
  'video-state': codecOf<VideoState>('VideoState', 1),
  'session-state': codecOf<SessionState>('SessionState', 2),
};

export const identity: ViewIdentity = {
  topicIds: { 'video-state': 'a', 'session-state': 'b' },
  partitions: { 'video-state': 2, 'session-state': 1 },
};

export const videoRecord = (
  partition: number,
  offset: number,
  state: VideoState,
  timestampMs = offset,
): ViewRecord => ({
  topic: 'video-state',
  partition,
  offset,
  key: state.videoId,
  value: codecs['video-state'].encode(state),
  timestampMs,
});
export const sessionRecord = (offset: number, state: SessionState): ViewRecord => ({
  topic: 'session-state',
  partition: 0,
  offset,
  key: state.sessionId,
  value: codecs['session-state'].encode(state),
  timestampMs: offset,
});
export const tombstone = (
  partition: number,
  offset: number,
  key: string,
  timestampMs = offset,
  reason?: string,
): ViewRecord => ({
  topic: 'video-state',
  partition,
  offset,
  key,
  value: null,
  timestampMs,
  reason,
});

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'live2vod-view-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** `nowMs` is when it is built, where it isn't there yet. */
export async function openView(
  folder = temporaryFolder(),
  as: ViewIdentity = identity,
  nowMs = Date.now(),
): Promise<StateView> {
  const view = await StateView.open(folder, codecs, as, nowMs);
  onTestFinished(() => view.close());
  return view;
}

/** A follower whose changes the test announces. */
export function manualFollower(): Follower & { announce(): void } {
  const listeners = new Set<() => void>();
  return {
    freshness: () => ({ caughtUp: true, lagRecords: 0, asOfMs: 1_000 }),
    waitingFor: () => null,
    reaches: async () => true,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    done: Promise.resolve(),
    announce: () => {
      for (const listener of listeners) listener();
    },
  };
}

export type Published = {
  source: string;
  key: string;
  videoId: string;
  region: string | null;
  body: Readonly<Record<string, unknown>>;
};

/** A console over a view of its own, with a follower that the test drives and dead letters from a list. */
export async function testConsole(
  options: {
    readonly token?: string | undefined;
    readonly view?: StateView;
    readonly readLatency?: ConsoleAppOptions['readLatency'];
    readonly letters?: readonly DeadLetter[];
    readonly redrive?: DeadLetters['redrive'];
    readonly clock?: Clock;
    readonly unknownStream?: Policy;
    readonly reaches?: Follower['reaches'];
    /** Who may come in. */
    readonly doors?: Partial<ConsoleAppOptions>;
  } = {},
) {
  const view = options.view ?? (await openView());
  const follower = { ...manualFollower(), ...(options.reaches ? { reaches: options.reaches } : {}) };
  const published: Published[] = [];
  const stopped = new AbortController();
  const registry = new Registry();
  const app = await buildConsole({
    view,
    follower,
    clock: options.clock ?? systemClock,
    metrics: metricsOf(registry),
    log: createLogger('test', 'silent'),
    health: { live: () => true, waitingFor: () => null },
    epoch: 'e1',
    maxPositionAgeMs: 60_000,
    token: 'token' in options ? options.token : 'right',
    unknownStream: options.unknownStream ?? defaultPolicy,
    publish: async (request) => {
      const { source, key, body } = encodeInternalEvent(request);
      published.push({ source, key, videoId: request.videoId, region: request.region, body });
    },
    readPlay: () => Promise.resolve({ kind: 'silent' }),
    playSeconds: 60,
    readLatency: options.readLatency ?? (() => Promise.reject(new Error('connect ECONNREFUSED'))),
    deadLetters: {
      page: async ({ filter: { reason, stage }, cursor = '0', limit }) => {
        if (!/^\d+$/.test(cursor)) throw new RangeError('query parameter cursor: foreign');
        const matching = (options.letters ?? [])
          .filter(
            (letter) =>
              (reason === undefined || letter.reason === reason) && (stage === undefined || letter.stage === stage),
          )
          .sort((a, b) => b.record.timestampMs - a.record.timestampMs);
        const end = Number(cursor) + limit;
        const items = matching.slice(Number(cursor), end);
        return {
          items: items.map((letter) => ({ letter, sizeBytes: letter.record.value?.length ?? 0 })),
          next: end < matching.length ? String(end) : null,
        };
      },
      find: async (id) => (options.letters ?? []).find((letter) => letter.id === id) ?? null,
      redrive: options.redrive ?? (async () => 'sent'),
    },
    signal: stopped.signal,
    ...options.doors,
  });
  onTestFinished(async () => {
    stopped.abort();
    await app.close();
  });
  /** How many read live events now. */
  const readers = async () =>
    (await registry.getSingleMetric('live2vod_console_sse_clients')?.get())?.values[0]?.value ?? 0;
  return { app, view, follower, published, readers };
}

/** One dead letter of the video stage, newer the higher its offset. */
export const letter = (partition: number, offset: number, fields: Partial<DeadLetter> = {}): DeadLetter => ({
  id: `${partition}:${offset}`,
  record: {
    topic: 'dead-letters',
    partition,
    offset,
    key: 'video-1',
    value: Buffer.from('{"EventType":"FileUploadCompl'),
    headers: {},
    timestampMs: 1_000 + offset,
  },
  reason: 'unparsable',
  error: 'not JSON',
  stage: 'video',
  origin: { topic: 'live2vod.callbacks', partition: 3, offset: 1_207 },
  redrivenAtMs: null,
  ...fields,
});
