/** What a further event costs a video that has had many, as in a flood of callbacks. No Kafka. */
import { sha256 } from '../../platform/host/index.ts';
import { policyBook } from '../../processors/policy/index.ts';
import type { SourceRecord } from '../../processors/topology.ts';
import { type VideoRecord, videoTopology } from '../../processors/video/index.ts';
import { callback } from '../callbacks.ts';
import { codecOf } from '../domain/workload.ts';
import { costsOf, drawn, type Grown, linear, rounded } from './curve.ts';

const defaultRounds = 15;
const together = 40;
/** Events that follow one another in one run. */
const chain = 3;
const endMs = Date.UTC(2026, 2, 1);
const topology = videoTopology({ policies: policyBook([]), sha256 });
const codec = codecOf<VideoRecord>('VideoState');

/** The first two are the recording and its file; every further one is a rendition of a job of its own. */
function eventAt(index: number): SourceRecord {
  const step = Math.min(index, 2);
  const { key, value, headers = {} } = callback({ videos: 1, topic: '', endMs }, 0, step);
  const body = JSON.parse(String(value)) as Record<string, unknown>;
  const own = step < 2 ? {} : { JobId: index.toString(16).padStart(32, '0'), FileUrl: `${body.FileUrl}?${index}` };
  return {
    key: key ?? '',
    value: Buffer.from(JSON.stringify({ ...body, EventTime: timeAt(index), ...own })),
    headers,
    timestampMs: endMs,
  };
}

const timeAt = (index: number): string => `${new Date(endMs + index * 1_000).toISOString().slice(0, 19)}Z`;

function stepped(state: VideoRecord | null, record: SourceRecord): VideoRecord {
  const outcome = topology.step(state, record, { nowMs: endMs });
  if (outcome.kind !== 'next' || outcome.state === null)
    throw new Error(`an event of the benchmark is a ${outcome.kind}`);
  return outcome.state;
}

/** Videos that have had so many events hear of further ones. */
export async function videosByEvents(counts: readonly number[], rounds = defaultRounds): Promise<Grown> {
  const videos = counts.map((count) => {
    let state: VideoRecord | null = null;
    for (let index = 0; index < count; index += 1) state = stepped(state, eventAt(index));
    if (state === null) throw new RangeError('a video has at least one event');
    const bytes = Buffer.from(codec.encode(state));
    return { count, state, bytes, next: Array.from({ length: chain }, (_, index) => eventAt(count + index)) };
  });
  const inMemory = videos.map(({ count, state, next }) => ({
    at: count,
    run: () => {
      for (let n = 0; n < together; n += 1) {
        let now = state;
        for (const record of next) now = stepped(now, record);
      }
      return together * chain;
    },
  }));
  const asStored = videos.map(({ count, bytes, next }) => ({
    at: count,
    run: async () => {
      for (let n = 0; n < together; n += 1)
        for (const record of next) codec.encode(stepped(await codec.decode(bytes), record));
      return together * chain;
    },
  }));
  const steps = await costsOf(inMemory, rounds);
  const stored = await costsOf(asStored, rounds);
  const curves = [
    { name: 'step', points: steps },
    { name: 'decode, step, encode', points: stored },
  ];
  return {
    curves,
    budgets: curves.map(linear),
    figures: videos.map(({ count, bytes }, index) => ({
      events: count,
      'µs per step': rounded(steps[index]?.value ?? Number.NaN),
      'µs with decoding and encoding': rounded(stored[index]?.value ?? Number.NaN),
      'bytes of the state': bytes.length,
    })),
    svg: {
      '': drawn('An event of a video, by its events before', 'events of the video', 'µs of CPU per event', curves),
    },
  };
}
