/** The parts of a callback's way through the processors, each over the same records. */
import avsc from 'avsc';
import { sha256 } from '../../platform/host/index.ts';
import { deliveryOf, parseCallback } from '../../processors/callback/index.ts';
import {
  decide,
  eventsOf,
  evolve,
  retirementDueAtMs,
  streamFactsOf,
  type VideoRecord,
} from '../../processors/video/index.ts';
import type { StateStore } from '../../runtime/index.ts';
import { codecOf, toldBy, type Workload } from './workload.ts';

export type Stage = {
  readonly name: string;
  /** Goes over all records once; gives something that depends on the work, so that none of it can be left out. */
  run(): number | Promise<number>;
};

/** Records of one write to the store, as in one transaction. */
const batchRecords = 2_000;

export function stagesOf(load: Workload, store: StateStore): readonly Stage[] {
  const { callbacks, changes, facts, told, nowMs } = load;
  const texts = new TextDecoder('utf-8', { fatal: true });
  const copies = Buffer.allocUnsafeSlow(64 * 1024);
  const state = codecOf<VideoRecord>('VideoState');
  const fact = codecOf<unknown>('StreamFact');
  const job = codecOf<unknown>('TranscodeJob');
  const session = {
    'stream-state': codecOf<unknown>('StreamState'),
    'session-state': codecOf<unknown>('SessionState'),
  };
  const out = { 'stream-facts': fact, 'transcode-jobs': job } as const;
  const flat = flatRecord(changes.reduce((sum, { bytes }) => sum + bytes.length, 0) / changes.length);

  return [
    { name: 'copy of the bytes', run: () => sum(callbacks, ({ record }) => record.value.copy(copies)) },
    { name: 'JSON.parse', run: () => sum(callbacks, ({ record }) => (JSON.parse(texts.decode(record.value)) ? 1 : 0)) },
    {
      name: 'parse',
      run: () => sum(callbacks, ({ record }) => parseCallback(record.value, deliveryOf(record), sha256).kind.length),
    },
    { name: 'evolve', run: () => sum(callbacks, ({ before, event }) => Number(evolve(before, event).changed)) },
    {
      name: 'decide',
      run: () => sum(changes, (one) => Number(decide(one.evolved, one.policy, nowMs, sha256) !== null)),
    },
    { name: 'facts', run: () => sum(changes, ({ before, after }) => streamFactsOf(before, after).length) },
    { name: 'step', run: () => stepAll(load) },
    { name: 'avsc, flat record', run: () => sum(changes, flat) },
    { name: 'encode', run: () => sum(changes, ({ after }) => state.encode(after).length) },
    {
      name: 'encode what goes out',
      run: () =>
        sum(changes, ({ emit }) =>
          sum(emit, ({ topic, value }) => out[topic as keyof typeof out].encode(value).length),
        ),
    },
    {
      name: 'decode',
      run: () =>
        sum(changes, ({ bytes }) => {
          const decoded = state.decode(bytes);
          return decoded instanceof Promise ? 0 : eventsOf(decoded).length;
        }),
    },
    {
      name: 'store',
      run: async () => {
        let found = 0;
        for (let from = 0; from < changes.length; from += batchRecords) {
          const batch = changes.slice(from, from + batchRecords);
          await store.write(
            batch.map(({ record: { key }, bytes, after, policy }) => ({
              key,
              bytes,
              dueAtMs: retirementDueAtMs(after, policy),
            })),
            null,
          );
          found += sum(batch, ({ record }) => store.get(record.key)?.length ?? 0);
        }
        return found;
      },
    },
    { name: 'session step', run: () => [...toldBy(load.session, facts, nowMs)].length },
    {
      name: 'session encode',
      run: () => sum(told, (written) => sum(written, ({ topic, value }) => session[topic].encode(value).length)),
    },
  ];
}

/** The video processor's step over all callbacks from the beginning. */
function stepAll({ video, callbacks, nowMs }: Workload): number {
  const states = new Map<string, VideoRecord>();
  return sum(callbacks, ({ record }) => {
    const outcome = video.step(states.get(record.key) ?? null, record, { nowMs });
    if (outcome.kind === 'next' && outcome.state !== null) states.set(record.key, outcome.state);
    return outcome.kind.length;
  });
}

const textLength = 32;

/** Writes a record of nothing but texts, of about so many bytes, with avsc: what encoding costs without any structure. */
function flatRecord(bytes: number): () => number {
  const names = Array.from({ length: Math.round(bytes / (textLength + 1)) }, (_, index) => `text${index}`);
  const fields = names.map((name) => ({ name, type: 'string' as const }));
  const type = avsc.Type.forSchema({ type: 'record', name: 'Flat', fields });
  const value = type.fromBuffer(
    type.toBuffer(Object.fromEntries(names.map((name, index) => [name, String(index).padStart(textLength, 'x')]))),
  ) as unknown;
  const block = Buffer.allocUnsafeSlow(64 * 1024);
  return () => type.encode(value, block, 0);
}

function sum<T>(items: readonly T[], each: (item: T) => number): number {
  let total = 0;
  for (const item of items) total += each(item);
  return total;
}
