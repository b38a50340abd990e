/** Runs the video topology with a plain loop: no Kafka, one key. */

import { type PolicyBook, policyBook, type Recorded } from '../../processors/policy/index.ts';
import type { Outcome } from '../../processors/topology.ts';
import { videoTopology } from '../../processors/video/index.ts';
import type { StreamFact } from '../../schemas/generated/StreamFact.ts';
import type { TranscodeJob } from '../../schemas/generated/TranscodeJob.ts';
import type { VideoState } from '../../schemas/generated/VideoState.ts';
import { type PoliciesInput, readPolicies } from '../../schemas/policies.ts';
import { atMs, bytesOf, type CallbackBody, sourceOf, videoId } from './callbacks.ts';

export function bookOf(input: PoliciesInput, recorded: readonly Recorded[] = []): PolicyBook {
  const read = readPolicies(input);
  if (!read.ok) throw new Error(read.problems.map((one) => `${one.path}: ${one.problem}`).join('; '));
  return policyBook(read.rules, recorded);
}

export const templateGroupId = '0123456789abcdef0123456789abcdef';

/** One rule for every stream: who transcodes segments and composed videos. */
export const transcodeBy = (segments: 'cloud' | 'pipeline' | 'approval', composed = segments): PolicyBook =>
  bookOf([{ segments: { transcode: segments, templateGroupId }, composed: { transcode: composed, templateGroupId } }]);

export type Run = {
  readonly state: VideoState | null;
  readonly jobs: readonly TranscodeJob[];
  readonly facts: readonly StreamFact[];
  readonly outcomes: readonly Outcome<VideoState>[];
};

export type RunOptions = {
  readonly policies?: PolicyBook;
  readonly from?: VideoState | null;
  /** Seconds after the start of the wall clock at every step, and of the delivery. */
  readonly now?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** What becomes of a state between two events, e.g. encoding and decoding. */
  readonly store?: (state: VideoState) => VideoState;
};

/** Feeds the bodies in this order and collects what the topology does. */
export function run(bodies: readonly CallbackBody[], options: RunOptions = {}): Run {
  const topology = videoTopology({ policies: options.policies ?? bookOf([]) });
  let state = options.from ?? null;
  const jobs: TranscodeJob[] = [];
  const facts: StreamFact[] = [];
  const outcomes: Outcome<VideoState>[] = [];
  for (const body of bodies) {
    const headers = { source: sourceOf(body), 'received-at': String(atMs(options.now ?? 0)), ...options.headers };
    const record = {
      key: String(body.VideoId ?? body.MediaId ?? body.ImageId ?? body.AttachedMediaId ?? videoId),
      value: bytesOf(body),
      headers,
      timestampMs: atMs(options.now ?? 0),
    };
    const outcome = topology.step(state, record, { nowMs: atMs(options.now ?? 0) });
    outcomes.push(outcome);
    if (outcome.kind !== 'next') continue;
    state = outcome.state !== null && options.store !== undefined ? options.store(outcome.state) : outcome.state;
    for (const { topic, value } of outcome.emit) {
      if (topic === 'transcode-jobs') jobs.push(value as TranscodeJob);
      else facts.push(value as StreamFact);
    }
  }
  return { state, jobs, facts, outcomes };
}
