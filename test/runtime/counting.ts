import type { Topology } from '../../processors/topology.ts';
import type { Codec, Codecs } from '../../runtime/index.ts';
import type { TopicId } from '../../schemas/topics.ts';

export type Count = { readonly count: number; readonly sum: number; readonly last: number };

/** Counts records per key, and copies each to an output: whatever happens once too often or not at all shows in the sums. */
export const counting: Topology<Count> = {
  name: 'counting',
  input: 'callbacks',
  changelog: 'video-state',
  outputs: ['transcode-jobs'],
  step(state, record) {
    const { n } = record.value as { n: number };
    if (n === -1) throw new Error('this record breaks the processor');
    if (n === -2) return { kind: 'dead-letter', reason: 'unusable', error: 'n is -2' };
    if (n === -3) return { kind: 'next', state: null, reason: 'retired', emit: [] };
    if (n === -4) return { kind: 'drop', reason: 'duplicate' };
    const next = { count: (state?.count ?? 0) + 1, sum: (state?.sum ?? 0) + n, last: n };
    return { kind: 'next', state: next, emit: [{ topic: 'transcode-jobs', key: record.key, value: record.value }] };
  },
};

export const json: Codec<unknown> = {
  encode: (value) => Buffer.from(JSON.stringify(value)),
  decode: (bytes) => JSON.parse(bytes.toString()),
};

export const jsonCodecs: Codecs = { callbacks: json, 'video-state': json, 'transcode-jobs': json };

export const topicsOf = (prefix: string) => (id: TopicId) => `${prefix}${id}`;
