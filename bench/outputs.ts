/** Reads what a side of the processor benchmark wrote. */

import type { Registry } from '../connectors/avro/index.ts';
import { type KafkaSettings, scanTopic } from '../connectors/kafka/index.ts';
import type { StreamFact } from '../schemas/generated/StreamFact.ts';
import type { TranscodeJob } from '../schemas/generated/TranscodeJob.ts';
import type { VideoState } from '../schemas/generated/VideoState.ts';
import { topicName } from '../schemas/topics.ts';
import type { Outputs } from './equality.ts';

export async function readOutputs(
  kafka: KafkaSettings,
  registry: Registry,
  outputPrefix: string,
  stateTopic: string,
): Promise<Outputs & { readonly deadLetters: number }> {
  const states = await registry.codec<VideoState>('video-state');
  const facts = await registry.codec<StreamFact>('stream-facts');
  const jobs = await registry.codec<TranscodeJob>('transcode-jobs');
  const last = new Map<string, Uint8Array>();
  for await (const { key, value } of scanTopic(kafka, stateTopic)) if (key && value) last.set(key, value);
  const outputs = {
    states: new Map<string, VideoState>(),
    facts: new Map<string, StreamFact>(),
    jobs: new Map<string, TranscodeJob[]>(),
    deadLetters: 0,
  };
  for (const [key, bytes] of last) outputs.states.set(key, await states.decode(bytes));
  for await (const { key, value } of scanTopic(kafka, topicName(outputPrefix, 'stream-facts'))) {
    if (value === null) continue;
    const fact = await facts.decode(value);
    // The record's key belongs to what is compared. A fact that another one of its transaction outdoes needn't be there.
    outputs.facts.set(`${fact.videoId} of ${key}`, fact);
  }
  for await (const { key, value } of scanTopic(kafka, topicName(outputPrefix, 'transcode-jobs'))) {
    if (value === null) continue;
    const job = await jobs.decode(value);
    add(outputs.jobs, `${job.token} of ${key}`, job);
  }
  for await (const _ of scanTopic(kafka, topicName(outputPrefix, 'dead-letters'))) outputs.deadLetters += 1;
  return outputs;
}

function add<T>(map: Map<string, T[]>, key: string, value: T): void {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
}
