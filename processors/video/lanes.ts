/**
 * What a state has room for. Each lane has its own, so that no flood of one can push out another, and in each what decides
 * the state stays. The rule says which of a set of events are kept, so no order of arrival changes it.
 */
import type { Fact, FactClip, LaneCut } from '../../schemas/generated/VideoState.ts';
import {
  causalRank,
  compareText,
  failed,
  renditionBytes,
  similarBytes,
  succeeded,
  tagBytes,
  textBytes,
} from '../callback/index.ts';
import { isFinding } from './conflicts.ts';
import type { Event } from './events.ts';

/** By importance: verdicts and deletions, the life cycle, its transcodes and workflows, and the rest; and what our own roles say. */
export type Lane = 'verdicts' | 'life cycle' | 'transcodes' | 'workflows' | 'rest' | 'requests' | 'runner';

export type Room = { readonly bytes: number; readonly events: number };

/**
 * Room of each lane. Together with what is kept beyond it since it decides the state (at most 350,000 bytes), and the
 * ledgers, an encoded state stays below `maxStateBytes`.
 *
 * - `transcodes`: 18 rounds of 6 renditions with addresses of 250 bytes take 225,000.
 * - `workflows`: an end of each generation's run, as long as they get.
 * - `requests`: one more than there are generations, since one of them may approve what awaits it, and as many that are
 *   shown as not started.
 * - `runner`: an acknowledgement, a failure and a doubt for each generation and each step, and those of a composition.
 */
export const rooms: Readonly<Record<Lane, Room>> = {
  verdicts: { bytes: 30_000, events: 500 },
  'life cycle': { bytes: 30_000, events: 500 },
  transcodes: { bytes: 260_000, events: 1_000 },
  workflows: { bytes: 20_000, events: 64 },
  rest: { bytes: 40_000, events: 500 },
  requests: { bytes: 20_000, events: 34 },
  runner: { bytes: 98_000, events: 70 },
};

/** Upper bound of an encoded state, in bytes; Kafka refuses messages over 1 MiB by default. */
export const maxStateBytes = 900_000;

const lanes: Readonly<Record<Fact['kind'], Lane>> = {
  DELETED: 'verdicts',
  MANUAL_AUDIT: 'verdicts',
  MACHINE_AUDIT: 'verdicts',
  RECORDED: 'life cycle',
  COMPOSE_START: 'life cycle',
  SOURCE_READY: 'life cycle',
  SOURCE_ANALYSED: 'life cycle',
  UPLOADED_BY_URL: 'life cycle',
  PRODUCED: 'life cycle',
  STREAM_TRANSCODED: 'transcodes',
  TRANSCODED: 'transcodes',
  SNAPSHOT: 'rest',
  OTHER: 'rest',
  UNKNOWN: 'rest',
  OBSERVED: 'rest',
  TRANSCODE_REQUESTED: 'requests',
  JOB_SUBMITTED: 'runner',
  JOB_ACKNOWLEDGED: 'runner',
  JOB_FAILED: 'runner',
  JOB_IN_DOUBT: 'runner',
  COMPOSE_ACKNOWLEDGED: 'runner',
  COMPOSE_FAILED: 'runner',
  COMPOSE_IN_DOUBT: 'runner',
};

/** The end of a workflow is that of a job, though its kind is one that earlier releases can read. */
export function laneOf({ fact }: Event): Lane {
  return fact.workflow === null ? lanes[fact.kind] : 'workflows';
}

/** Place of an event in the queue for room: by tier, then in timeline order. */
export type LaneKey = Omit<LaneCut, 'lane'>;

export function laneKeyOf(event: Event): LaneKey {
  const { eventTime, eventId } = event.entry;
  return { tier: tierOf(event), eventTime, rank: causalRank(event.fact.kind), eventId };
}

export function compareLaneKeys(a: LaneKey, b: LaneKey): number {
  return a.tier - b.tier || a.eventTime - b.eventTime || a.rank - b.rank || compareText(a.eventId, b.eventId);
}

/**
 * Of the job runner's events an acknowledgement comes first, then a failure, a doubt, and last an attempt: as they outweigh
 * each other in the ledger. Findings of the reconciler give way to callbacks; what has no time to all that has.
 */
function tierOf(event: Event): number {
  const tier = runnerTiers[event.fact.kind];
  if (tier !== undefined) return tier;
  if (event.entry.eventTime === 0) return 2;
  return isFinding(event) ? 1 : 0;
}

const acknowledged = -2;
/** As many as there are tiers. */
const toldAgain = 4;

/** Below 0 since stored cuts know doubts as 0 and attempts as 1. */
const runnerTiers: Readonly<Partial<Record<Fact['kind'], number>>> = {
  JOB_ACKNOWLEDGED: acknowledged,
  COMPOSE_ACKNOWLEDGED: acknowledged,
  JOB_FAILED: -1,
  COMPOSE_FAILED: -1,
  JOB_IN_DOUBT: 0,
  COMPOSE_IN_DOUBT: 0,
  JOB_SUBMITTED: 1,
};

export type Waiting = { readonly event: Event; readonly key: LaneKey };

/**
 * What asks for room in a lane, in order. That something failed, or nobody knows, or was tried, is known of a job when it is
 * told once: told again it comes after all that is told of others.
 */
export function queueFor(events: readonly Event[], lane: Lane): readonly Waiting[] {
  const told = new Set<string>();
  return events
    .filter((event) => laneOf(event) === lane)
    .map((event) => ({ event, key: laneKeyOf(event) }))
    .sort(byTurn)
    .map(({ event, key }) => {
      const saying = `${event.fact.kind} ${event.fact.job?.token}`;
      const isTold = lane === 'runner' && key.tier > acknowledged && told.has(saying);
      told.add(saying);
      return isTold ? { event, key: { ...key, tier: key.tier + toldAgain } } : { event, key };
    })
    .sort(byTurn);
}

function byTurn(a: Waiting, b: Waiting): number {
  return compareLaneKeys(a.key, b.key);
}

/**
 * What an event means to the state: its kind, whether it worked, and which fields it tells. The earliest and the latest
 * of each meaning decide everything that is derived, so they stay whatever comes. Null: it decides nothing, or, without a
 * time, has no claim to a place.
 */
export function meaningOf({ entry, fact }: Event): string | null {
  const lane = lanes[fact.kind];
  if (lane === 'requests' || lane === 'runner' || fact.kind === 'UNKNOWN' || entry.eventTime === 0) return null;
  if (fact.kind === 'OBSERVED') return fact.kind;
  const worked = fact.kind === 'STREAM_TRANSCODED' ? fact.outputs[0]?.status === 'SUCCESS' : succeeded(entry);
  if (!worked && !failed(entry) && fact.kind !== 'STREAM_TRANSCODED') return null;
  const { stream, recording, fileUrl, coverUrl, sizeBytes, durationSeconds, audit, deletion, storage, content } = fact;
  const ran = fact.workflow === null ? [] : ['workflow'];
  const told = [stream, recording, fileUrl, coverUrl, sizeBytes, durationSeconds, storage].map((one) => one !== null);
  const lists = [fact.outputs, fact.jobIds].map(({ length }) => length > 0);
  // Nothing where there is none, as stored marks know it.
  const found = content === null ? [] : [content.tagged];
  const sound = worked && fact.outputs.length > 0 && fact.outputs.every(({ audioOnly }) => audioOnly);
  return [fact.kind, worked, sound, audit, deletion, storage?.restored, ...told, ...lists, ...found, ...ran].join();
}

/** Told by the event, and shown by the state. */
function contentBytes({ similarVideos, tags }: NonNullable<Fact['content']>): number {
  let bytes = 0;
  for (const video of similarVideos) bytes += similarBytes(video);
  for (const tag of tags) bytes += tagBytes(tag);
  return 10 + 2 * bytes;
}

function clipBytes({ title, parts }: FactClip): number {
  return parts.reduce((sum, { videoId }) => sum + textBytes(videoId) + 15, textBytes(title) + 25);
}

/** Most bytes of an event without its outputs, and of one output: as its event told it, and as the state shows it. */
export const maxEventBytes = 5_000;
export const maxOutputBytes = 3_000;

/** Upper bound of what an event adds to an encoded state, in bytes. */
export function bytesOf({ entry, fact }: Event): number {
  let bytes = 130;
  for (const text of [entry.eventId, entry.eventType, entry.status, entry.source, entry.jobId, entry.errorCode])
    bytes += textBytes(text);
  for (const text of [fact.fileUrl, fact.coverUrl, fact.errorMessage, fact.region]) bytes += textBytes(text);
  const { stream, job, contradiction, storage, snapshot, content, workflow } = fact;
  if (stream !== null)
    for (const text of [stream.domainName, stream.appName, stream.streamName]) bytes += textBytes(text);
  if (job !== null) {
    for (const text of [job.token, job.taskId, job.templateGroupId]) bytes += textBytes(text);
    if (job.clip !== null) bytes += clipBytes(job.clip);
  }
  if (content !== null) bytes += contentBytes(content);
  if (snapshot !== null) bytes += 2 + textBytes(snapshot.pictureUrl);
  if (workflow !== null) bytes += 2 + textBytes(workflow.taskId) + textBytes(workflow.workflowId);
  if (storage !== null) bytes += 12 + textBytes(storage.storageClass) + textBytes(storage.scope);
  for (const text of [...entry.implausible, ...fact.jobIds, ...(contradiction?.digests ?? [])])
    bytes += textBytes(text);
  for (const output of fact.outputs) bytes += 2 * renditionBytes(output);
  return bytes;
}
