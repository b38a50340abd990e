/** The renditions of a video, from the facts of its transcode events. */
import type { Rendition } from '../../schemas/generated/VideoState.ts';
import { compareText, submitted, succeeded } from '../callback/index.ts';
import type { Event } from './events.ts';

/** A rendition with what the state derives from but doesn't show. */
export type Output = {
  rendition: Rendition;
  /** Earliest event that speaks of it, epoch milliseconds. */
  time: number;
  /** Position in the timeline of the TranscodeComplete that lists it; -1 while none does. */
  round: number;
};

const sayers = ['STREAM_TRANSCODED', 'TRANSCODED', 'OBSERVED'] as const;

/** Most outputs shown that were submitted and have not been heard of; acknowledgements may name far more. */
export const maxSubmitted = 64;

/**
 * All outputs that the events speak of, oldest first: those that finished, and those that were submitted and have not
 * been heard of. Where several events speak of the same job, StreamTranscodeComplete's fields come before
 * TranscodeComplete's, and both before what the reconciler observed. Renditions whose stream was deleted are left out.
 */
export function outputsOf(events: readonly Event[]): Output[] {
  const outputs = new Map<string, Output>();
  // What has no time that can be believed outweighs nothing.
  if (events.some(hasOutputs))
    for (const timed of [true, false]) for (const sayer of sayers) addSaid(outputs, events, sayer, timed);
  addSubmitted(outputs, events);
  if (outputs.size === 0) return [];
  removeDeleted(outputs, events);
  boundSubmitted(outputs);
  const list = nameless([...outputs.values()]).sort(byAge);
  markSuperseded(list);
  return list;
}

const hasOutputs = ({ fact }: Event): boolean => fact.outputs.length > 0;

function addSaid(
  outputs: Map<string, Output>,
  events: readonly Event[],
  sayer: (typeof sayers)[number],
  timed: boolean,
): void {
  for (let at = 0; at < events.length; at += 1) {
    const event = events[at] as Event;
    if (event.fact.kind !== sayer || (event.entry.eventTime !== 0) !== timed) continue;
    for (const rendition of event.fact.outputs) {
      const key = rendition.jobId ?? namelessKey(rendition, sayer, at, events);
      addOutput(outputs, key, rendition, event.entry.eventTime, sayer === 'TRANSCODED' ? at : -1);
    }
  }
}

function addOutput(outputs: Map<string, Output>, key: string, rendition: Rendition, time: number, round: number): void {
  const known = outputs.get(key);
  if (known === undefined) {
    outputs.set(key, { rendition, time, round });
    return;
  }
  if (known.round < 0) known.round = round;
  if (time === 0 && known.time !== 0) return;
  known.rendition = merged(known.rendition, rendition);
  if (time < known.time) known.time = time;
}

/**
 * Which output an event speaks of that names no JobId: of its label, the one of this TranscodeComplete. A
 * StreamTranscodeComplete means the one of the next TranscodeComplete, unless another of its label comes before that; an
 * observation the latest there is.
 */
function namelessKey(
  rendition: Rendition,
  sayer: (typeof sayers)[number],
  at: number,
  events: readonly Event[],
): string {
  const label = labelOf(rendition);
  const speaks = ({ fact }: Event): boolean =>
    (fact.kind === 'TRANSCODED' || fact.kind === 'STREAM_TRANSCODED') &&
    fact.outputs.some((output) => output.jobId === null && labelOf(output) === label);
  let key = at;
  if (sayer === 'OBSERVED') key = events.findLastIndex(speaks);
  else if (sayer === 'STREAM_TRANSCODED') {
    const next = events.findIndex((event, i) => i > at && speaks(event));
    if (events[next]?.fact.kind === 'TRANSCODED') key = next;
  }
  return `${label}/${key}`;
}

/** The first one's fields, completed by the second one's; the first one itself, where it has all that the second one has. */
function merged(first: Rendition, second: Rendition): Rendition {
  if (!addsTo(first, second)) return first;
  return {
    jobId: first.jobId,
    definition: first.definition ?? second.definition,
    format: first.format ?? second.format,
    status: first.status,
    fileUrl: first.fileUrl ?? second.fileUrl,
    bitrateKbps: first.bitrateKbps ?? second.bitrateKbps,
    fps: first.fps ?? second.fps,
    width: first.width ?? second.width,
    height: first.height ?? second.height,
    durationSeconds: first.durationSeconds ?? second.durationSeconds,
    sizeBytes: first.sizeBytes ?? second.sizeBytes,
    encrypted: first.encrypted ?? second.encrypted,
    startTime: first.startTime ?? second.startTime,
    finishTime: first.finishTime ?? second.finishTime,
    errorCode: first.errorCode ?? second.errorCode,
    errorMessage: first.errorMessage ?? second.errorMessage,
    audioOnly: first.audioOnly || second.audioOnly,
    superseded: false,
  };
}

/** Field by field by name: looked up by a list of names, all of this would take three times as long. */
function addsTo(a: Rendition, b: Rendition): boolean {
  return (
    (a.definition === null && b.definition !== null) ||
    (a.format === null && b.format !== null) ||
    (a.fileUrl === null && b.fileUrl !== null) ||
    (a.bitrateKbps === null && b.bitrateKbps !== null) ||
    (a.fps === null && b.fps !== null) ||
    (a.width === null && b.width !== null) ||
    (a.height === null && b.height !== null) ||
    (a.durationSeconds === null && b.durationSeconds !== null) ||
    (a.sizeBytes === null && b.sizeBytes !== null) ||
    (a.encrypted === null && b.encrypted !== null) ||
    (a.startTime === null && b.startTime !== null) ||
    (a.finishTime === null && b.finishTime !== null) ||
    (a.errorCode === null && b.errorCode !== null) ||
    (a.errorMessage === null && b.errorMessage !== null) ||
    (!a.audioOnly && b.audioOnly)
  );
}

function addSubmitted(outputs: Map<string, Output>, events: readonly Event[]): void {
  for (const { entry, fact } of events) {
    if (fact.kind !== 'JOB_ACKNOWLEDGED') continue;
    for (const jobId of fact.jobIds)
      if (!outputs.has(jobId))
        outputs.set(jobId, { rendition: { ...submitted, jobId }, time: entry.eventTime, round: -1 });
  }
}

/** The first ones stay, in the order of the acknowledgements that name them. */
function boundSubmitted(outputs: Map<string, Output>): void {
  if (outputs.size <= maxSubmitted) return;
  let count = 0;
  for (const [key, { rendition }] of outputs) {
    if (rendition.status === 'SUBMITTED') count += 1;
    if (rendition.status === 'SUBMITTED' && count > maxSubmitted) outputs.delete(key);
  }
}

function removeDeleted(outputs: Map<string, Output>, events: readonly Event[]): void {
  for (const { entry, fact } of events) {
    if (fact.deletion !== 'STREAM' || !succeeded(entry)) continue;
    for (const jobId of fact.jobIds) outputs.delete(jobId);
  }
}

/** Without the outputs that have no JobId where one of the same label has: they are the same thing, told less exactly. */
function nameless(list: Output[]): Output[] {
  const named = list.filter(({ rendition }) => rendition.jobId !== null);
  if (named.length === list.length) return list;
  return list.filter((output) => {
    if (output.rendition.jobId !== null) return true;
    const same = named.filter(({ rendition }) => labelOf(rendition) === labelOf(output.rendition));
    for (const other of same) if (other.round < 0) other.round = output.round;
    return same.length === 0;
  });
}

function labelOf(rendition: Rendition): string {
  return `${rendition.definition ?? ''}/${rendition.format ?? ''}`;
}

function byAge(a: Output, b: Output): number {
  return (
    a.time - b.time ||
    compareText(a.rendition.jobId ?? '', b.rendition.jobId ?? '') ||
    compareText(labelOf(a.rendition), labelOf(b.rendition))
  );
}

/**
 * An output gives way to a later one of the same definition and format that succeeded; a failed one also to a later
 * failure. Outputs of one TranscodeComplete don't supersede each other: a template group may hold one label twice.
 */
function markSuperseded(outputs: readonly Output[]): void {
  for (let i = 0; i < outputs.length; i += 1) {
    const older = outputs[i] as Output;
    for (let j = i + 1; j < outputs.length && !older.rendition.superseded; j += 1)
      if (supersedes(outputs[j] as Output, older)) older.rendition = { ...older.rendition, superseded: true };
  }
}

function supersedes(newer: Output, older: Output): boolean {
  const [now, before] = [newer.rendition, older.rendition];
  return (
    before.definition !== null &&
    before.definition === now.definition &&
    before.format === now.format &&
    (older.round < 0 || older.round !== newer.round) &&
    (now.status === 'SUCCESS' || before.status === 'FAIL')
  );
}
