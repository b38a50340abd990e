/**
 * `live2vod bench console`: how long a state change takes from its write to `video-state` until a reader of
 * `GET /api/events` has it, at 500 changes per second. Writer, console and reader share one process, and the broker the
 * machine, so a machine of their own can only be quicker.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import avsc from 'avsc';
import { Registry } from 'prom-client';
import { avroCodec, type Codec } from '../connectors/avro/index.ts';
import { Admin, IdempotentProducer } from '../connectors/kafka/index.ts';
import { freePorts } from '../local/index.ts';
import { systemPlatform } from '../platform/host/index.ts';
import { createLogger, metricsOf } from '../platform/telemetry/index.ts';
import { defaultPolicy } from '../processors/policy/index.ts';
import { type AvroSchemaName, avroSchema } from '../schemas/avro.ts';
import examples from '../schemas/examples/video-state.json' with { type: 'json' };
import type { SessionState } from '../schemas/generated/SessionState.ts';
import type { VideoState } from '../schemas/generated/VideoState.ts';
import { runConsole } from '../services/console/index.ts';
import { type Judged, judged, type Outcome } from './budgets.ts';
import { newPrefix } from './prefix.ts';

export type ConsoleBenchOptions = {
  readonly brokers: string;
  /** Default 15, of which the first fifth doesn't count. */
  readonly seconds?: number;
  /** Default 500. */
  readonly changesPerSecond?: number;
  readonly print: (line: string) => void;
};

export type ConsoleBenchResult = Outcome & {
  readonly changesPerSecond: number;
  readonly changes: number;
  /** Fewer than were written when the reader saw only the later of two quick changes of one video. */
  readonly seen: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
  readonly budgets: readonly Judged[];
};

const budgetP99Ms = 250;
const partitions = 6;
const tickMs = 10;

/** Rejects where the reader was not given the last state of every video: then no figure means anything. */
export async function benchConsole(options: ConsoleBenchOptions): Promise<ConsoleBenchResult> {
  const { seconds = 15, changesPerSecond = 500, print } = options;
  const kafka = { brokers: options.brokers, clientId: 'bench-console' };
  const prefix = newPrefix();
  const folder = await mkdtemp(join(tmpdir(), 'live2vod-bench-'));
  const topicNames = {
    callbacks: `${prefix}callbacks`,
    'video-state': `${prefix}video-state`,
    'session-state': `${prefix}session-state`,
    'dead-letters': `${prefix}dead-letters`,
  };
  const admin = await Admin.connect(kafka);
  await admin.ensureTopics(Object.values(topicNames).map((name) => ({ name, partitions, replicationFactor: 1 })));
  admin.close();
  const codecs = {
    'video-state': codecOf<VideoState>('VideoState'),
    'session-state': codecOf<SessionState>('SessionState'),
  };
  const [port = 0] = await freePorts(1);
  const stopping = new AbortController();
  let waitingFor: string | null = 'its start';
  const running = runConsole({
    host: '127.0.0.1',
    port,
    folder,
    kafka,
    topicNames,
    tombstoneRetentionMs: 7 * 24 * 60 * 60 * 1000,
    codecs,
    readPlay: async () => ({ kind: 'silent' }),
    playSeconds: 60,
    readLatency: async () => ({ stages: [] }),
    routeLetter: async () => ({ refused: 'not here' }),
    token: undefined,
    unknownStream: defaultPolicy,
    region: 'local',
    clock: systemPlatform,
    log: createLogger('bench', 'warn'),
    metrics: metricsOf(new Registry()),
    signal: stopping.signal,
    systemWaitingFor: () => null,
    onWaiting: (what) => {
      waitingFor = what;
    },
  });
  const producer = await IdempotentProducer.connect(kafka, { lingerMs: 1 });
  try {
    while (waitingFor !== null) await Promise.race([sleep(50), running]);
    const latenciesMs: number[] = [];
    /** Videos of which the reader has not seen the last state, with its revision. */
    const owed = new Map<string, number>();
    const startedMs = Date.now();
    const countFromMs = startedMs + (seconds * 1000) / 5;
    const reading = readEvents(`http://127.0.0.1:${port}/api/events?states=videos`, stopping.signal, (video) => {
      if (owed.get(video.videoId) === video.revision) owed.delete(video.videoId);
      const writtenMs = video.recordedTime ?? 0;
      if (writtenMs >= countFromMs) latenciesMs.push(Date.now() - writtenMs);
    });
    let written = 0;
    let counted = 0;
    const example = examples[0]?.value as unknown as VideoState;
    const sending: Promise<unknown>[] = [];
    for (let elapsedMs = 0; elapsedMs < seconds * 1000; elapsedMs = Date.now() - startedMs) {
      for (; written < (elapsedMs * changesPerSecond) / 1000; written += 1) {
        const nowMs = Date.now();
        const videoId = `video-${written % 5_000}`;
        const value = codecs['video-state'].encode({ ...example, videoId, recordedTime: nowMs, revision: written });
        owed.set(videoId, written);
        sending.push(producer.send({ topic: topicNames['video-state'], key: videoId, value }));
        if (nowMs >= countFromMs) counted += 1;
      }
      await sleep(tickMs);
    }
    await Promise.all(sending);
    for (let tries = 0; tries < 400 && owed.size > 0; tries += 1) await sleep(50);
    stopping.abort();
    await reading;
    if (owed.size > 0)
      throw new Error(`the last state of ${owed.size} videos never came, e.g. of ${[...owed.keys()][0]}`);
    const sorted = latenciesMs.toSorted((a, b) => a - b);
    const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
    const p99Ms = at(0.99);
    const result = {
      changesPerSecond: Math.round(written / seconds),
      changes: counted,
      seen: sorted.length,
      p50Ms: at(0.5),
      p99Ms,
      longestMs: at(1),
    };
    print(
      `${result.changesPerSecond} changes/s, ${result.seen} of ${counted} seen: p50 ${result.p50Ms} ms, ` +
        `p99 ${p99Ms} ms, longest ${result.longestMs} ms`,
    );
    const budget = { name: 'p99 until a reader has it', value: p99Ms, unit: 'ms', most: budgetP99Ms };
    return { ...result, ...judged([budget], print) };
  } finally {
    stopping.abort();
    await running;
    await producer.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const codecOf = <T>(name: AvroSchemaName): Codec<T> =>
  avroCodec<T>(name, 1, avsc.Type.forSchema(avroSchema(name) as avsc.Schema), () =>
    Promise.reject(new Error('no other schema is written here')),
  );

/** Reads server-sent events until the signal aborts. */
async function readEvents(url: string, signal: AbortSignal, onVideo: (video: VideoState) => void): Promise<void> {
  try {
    const { body } = await fetch(url, { signal });
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of body ?? []) {
      const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const data = /^event: video\ndata: (.*)$/m.exec(block)?.[1];
        if (data !== undefined) onVideo(JSON.parse(data) as VideoState);
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
