import type { Tracing } from '../platform/telemetry/index.ts';
import type { Topology } from '../processors/topology.ts';
import type { TopicId } from '../schemas/topics.ts';
import { type Codec, type Codecs, copiedBytes, rawBytes } from './codec.ts';
import type { StepWatch } from './step-watch/index.ts';

/** What all tasks of a processor share: the topology, and how its topics are called and encoded at this cluster. */
export type TaskContext<S> = {
  readonly topology: Topology<S>;
  readonly inputTopic: string;
  readonly changelogTopic: string;
  readonly deadLetterTopic: string;
  /** Names the writer in a dead letter. */
  readonly stage: `${string}-processor`;
  readonly input: Codec<unknown>;
  readonly state: Codec<S>;
  readonly outputs: ReadonlyMap<TopicId, { readonly topic: string; readonly codec: Codec<unknown> }>;
  readonly cacheBytesPerTask: number;
  readonly tracing: Tracing | undefined;
  readonly steps: StepWatch | undefined;
};

export function taskContext<S>(
  topology: Topology<S>,
  topics: (id: TopicId) => string,
  codecs: Codecs,
  cacheBytesPerTask: number,
  tracing?: Tracing,
  steps?: StepWatch,
): TaskContext<S> {
  return {
    topology,
    inputTopic: topics(topology.input),
    changelogTopic: topics(topology.changelog),
    deadLetterTopic: topics('dead-letters'),
    stage: `${topology.name}-processor`,
    input: codecs[topology.input] ?? rawBytes,
    // The caller pairs a topology with the codec of its changelog: S can't be checked here.
    state: (codecs[topology.changelog] ?? copiedBytes) as Codec<S>,
    outputs: new Map(topology.outputs.map((id) => [id, { topic: topics(id), codec: codecs[id] ?? rawBytes }])),
    cacheBytesPerTask,
    tracing,
    steps,
  };
}
