/**
 * Many videos' states, prepared once: made by the video topology itself from each video's first three callbacks, and written
 * to `video-state` and to the changelog of the Kafka Streams peer, byte for byte the same.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectRegistry } from '../connectors/avro/index.ts';
import { Admin, type KafkaSettings, type OutgoingRecord } from '../connectors/kafka/index.ts';
import { sha256, systemClock } from '../platform/host/index.ts';
import { policyBook } from '../processors/policy/index.ts';
import { type VideoRecord, videoTopology } from '../processors/video/index.ts';
import { readPolicies } from '../schemas/policies.ts';
import { readSettings } from '../schemas/settings.ts';
import { topicSpec } from '../schemas/topic-spec.ts';
import { topicName, topics } from '../schemas/topics.ts';
import { callback, policyRules, streamsOf, type Workload } from './callbacks.ts';
import { load } from './load.ts';
import { leftOfVideo } from './loads.ts';
import { changelogOf } from './peers/streams.ts';
import { newPrefix } from './prefix.ts';

export type PreparedStates = {
  readonly videos: number;
  /** Topics of our processor. */
  readonly prefix: string;
  /** Topics of the peer, but for its changelog. */
  readonly peerPrefix: string;
  readonly applicationId: string;
  readonly topicId: string;
  /** As in `Workload`. */
  readonly endMs: number;
  readonly streams: number;
  /** How many of the remaining two callbacks per video have been sent by earlier runs. */
  readonly sent: number;
};

export type StatesPlace = {
  readonly kafka: KafkaSettings;
  readonly registryUrl: string;
  /** LIVE2VOD_HOME/bench. */
  readonly folder: string;
  readonly videos: number;
  readonly print: (line: string) => void;
  /** True: not for the peer, whose copy takes as much of the broker and of its disk as ours. Default false. */
  readonly oursOnly?: boolean;
  /** Ends the preparing, and leaves nothing of it. */
  readonly signal?: AbortSignal;
};

/** Progress, in videos. */
const tellEvery = 500_000;

const stepsInState = 3;
const oldestMs = 2 * 86_400_000;

export const statesFolder = ({ folder, videos }: Pick<StatesPlace, 'folder' | 'videos'>): string =>
  join(folder, `states-${videos}`);

/**
 * What an earlier run prepared, where the broker still has it and so many callbacks are left of it; else prepares it (a million take
 * some minutes).
 */
export async function prepareStates(place: StatesPlace, callbacks = 0): Promise<PreparedStates> {
  const admin = await Admin.connect(place.kafka);
  try {
    const known = await readPrepared(place);
    if (known !== null) {
      if (known.sent + callbacks <= leftOfVideo * known.videos && (await isUsable(admin, known))) return known;
      await drop(admin, known);
    }
    await rm(statesFolder(place), { recursive: true, force: true });
    await mkdir(statesFolder(place), { recursive: true });
    const prefix = newPrefix();
    const names = { prefix, peerPrefix: `${prefix}peer.`, applicationId: `${prefix}peer` };
    await makeTopics(admin, names, place);
    const endMs = systemClock.now();
    const beganMs = systemClock.monotonicMs();
    place.print(`preparing ${place.videos} states …`);
    try {
      await load(place.kafka, await states(place, names, endMs));
    } catch (error) {
      await drop(admin, names);
      throw error;
    }
    const seconds = (systemClock.monotonicMs() - beganMs) / 1000;
    place.print(`prepared in ${Math.round(seconds)} s`);
    const [topic] = await admin.describe([topicName(prefix, 'video-state')]);
    const { videos } = place;
    const prepared = { videos, endMs, streams: streamsOf(videos), ...names, topicId: topic?.topicId ?? '', sent: 0 };
    await keep(place, prepared);
    return prepared;
  } finally {
    admin.close();
  }
}

/** Remembers that further callbacks were sent, so that the next run sends others. */
export async function keep(place: StatesPlace, prepared: PreparedStates): Promise<void> {
  await writeFile(`${statesFolder(place)}.json`, `${JSON.stringify(prepared, null, 2)}\n`);
}

/**
 * The next callbacks that no run has sent yet: the fourth of every video, then the fifth, each time of another one, so that
 * hardly any state is in a cache. Null when all have been sent.
 */
export function nextCallback(prepared: PreparedStates, topic: string, index: number): OutgoingRecord | null {
  const { videos, endMs, streams } = prepared;
  const step = stepsInState + Math.floor(index / videos);
  if (step > 4) return null;
  // A stride without a common factor visits each video once.
  const video = ((index % videos) * strideFor(videos)) % videos;
  const workload = { videos, topic, endMs, streams };
  return { ...callback(workload, video, step), timestampMs: systemClock.now() };
}

/** A prime around 0.6 of the count that doesn't divide it. */
export function strideFor(videos: number): number {
  for (let stride = Math.max(1, Math.floor(videos * 0.618)); ; stride += 1)
    if (greatestCommonDivisor(stride, videos) === 1) return stride;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

async function readPrepared(place: StatesPlace): Promise<PreparedStates | null> {
  try {
    return JSON.parse(await readFile(`${statesFolder(place)}.json`, 'utf8')) as PreparedStates;
  } catch {
    return null;
  }
}

async function isUsable(admin: Admin, known: PreparedStates): Promise<boolean> {
  // Of a topic that has grown, or nearly so, a restore would be slower than what it is held against.
  if (systemClock.now() - known.endMs > oldestMs || known.sent >= known.videos) return false;
  if (known.streams !== streamsOf(known.videos)) return false;
  const present = await admin.listTopics();
  const name = topicName(known.prefix, 'video-state');
  if (!present.includes(name)) return false;
  const [topic] = await admin.describe([name]);
  return topic?.topicId === known.topicId;
}

/** Deletes topics and stores of prepared states. Only while nothing works on them. */
export async function dropStates(place: StatesPlace, known: PreparedStates): Promise<void> {
  const admin = await Admin.connect(place.kafka);
  try {
    await drop(admin, known);
  } finally {
    admin.close();
  }
  await rm(statesFolder(place), { recursive: true, force: true });
  await rm(`${statesFolder(place)}.json`, { force: true });
}

async function drop(admin: Admin, known: Pick<PreparedStates, 'prefix'>): Promise<void> {
  for (const name of await admin.listTopics()) if (name.startsWith(known.prefix)) await admin.deleteTopic(name);
}

async function makeTopics(
  admin: Admin,
  names: Pick<PreparedStates, 'prefix' | 'peerPrefix' | 'applicationId'>,
  { oursOnly = false }: StatesPlace,
) {
  const specs = (oursOnly ? [names.prefix] : [names.prefix, names.peerPrefix]).flatMap((prefix) => {
    const settings = readSettings({ LIVE2VOD_TOPIC_PREFIX: prefix }, {});
    return Object.values(topics).map((contract) => topicSpec(contract, settings));
  });
  const ours = specs.find(({ name }) => name === topicName(names.prefix, 'video-state'));
  if (!ours) throw new Error('video-state is no topic');
  if (!oursOnly) specs.push({ ...ours, name: changelogOf(names.applicationId) });
  await admin.ensureTopics(specs);
}

/** So much of a video is in a state. */
type Share = {
  /** Callbacks of each video. Default 3. */
  readonly steps?: number;
  /** 2: every second video. Default 1. */
  readonly every?: number;
};

/** Which half of the videos gets a further record in a grown topic. */
const grownShare = { steps: stepsInState + 1, every: 2 } as const;

/**
 * Writes a second, later state of every second video to the topics of both sides, as work would. Returns how many records a
 * topic has then, and what is prepared after it: all fourth callbacks count as sent. Only while nothing works on them.
 */
export async function growStates(
  place: StatesPlace,
  prepared: PreparedStates,
): Promise<{ readonly records: number; readonly prepared: PreparedStates }> {
  const added = await load(place.kafka, await states(place, prepared, prepared.endMs, grownShare));
  const grown = { ...prepared, sent: prepared.videos };
  await keep(place, grown);
  return { records: prepared.videos + added / 2, prepared: grown };
}

async function states(
  place: StatesPlace,
  names: Pick<PreparedStates, 'prefix' | 'applicationId'>,
  endMs: number,
  share: Share = {},
): Promise<Iterable<OutgoingRecord>> {
  const registry = connectRegistry({ url: place.registryUrl, prefix: names.prefix });
  const codec = await registry.codec<VideoRecord>('video-state');
  const topic = topicName(names.prefix, 'video-state');
  const { videos } = place;
  const workload = { videos, endMs, streams: streamsOf(videos) };
  return (function* () {
    let made = 0;
    for (const { state, dueAtMs } of statesOf(workload, share)) {
      place.signal?.throwIfAborted();
      made += 1;
      if (made % tellEvery === 0 && made < videos) place.print(`${made} of ${videos} states are made`);
      const record = { key: state.videoId, value: codec.encode(state) };
      yield { ...record, topic, ...(dueAtMs === null ? {} : { headers: { 'next-timer-at': String(dueAtMs) } }) };
      if (place.oursOnly !== true) yield { ...record, topic: changelogOf(names.applicationId) };
    }
  })();
}

/** Each video's state after its first callbacks, and when its timer is due. */
export function* statesOf(
  workload: Omit<Workload, 'topic'>,
  { steps = stepsInState, every = 1 }: Share = {},
): Generator<{ readonly state: VideoRecord; readonly dueAtMs: number | null }> {
  const policies = readPolicies(policyRules);
  if (!policies.ok) throw new Error('the rules of the benchmark are no policies');
  const topology = videoTopology({ policies: policyBook(policies.rules), sha256 });
  const { videos, endMs } = workload;
  for (let video = 0; video < videos; video += every) {
    let state: VideoRecord | null = null;
    for (let step = 0; step < steps; step += 1) {
      const { key, value, headers = {} } = callback({ ...workload, topic: '' }, video, step);
      const outcome = topology.step(state, { key: key ?? '', value, headers, timestampMs: endMs }, { nowMs: endMs });
      if (outcome.kind !== 'next') throw new Error(`a callback of the benchmark is a ${outcome.kind}`);
      state = outcome.state;
    }
    if (state === null) throw new Error('a video of the benchmark has no state');
    yield { state, dueAtMs: topology.timer?.dueAtMs(state) ?? null };
  }
}
