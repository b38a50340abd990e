/** The renditions of a video, from the facts of its transcode events. */
import type { Rendition } from '../../schemas/generated/VideoState.ts';
import { compareText, submitted, succeeded } from '../callback/index.ts';
import { type Event, timeOf } from './events.ts';

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
  const said = events.flatMap((event, at) => (event.fact.outputs.length === 0 ? [] : [{ event, at }]));
  // What has no time that can be believed outweighs nothing.
  for (const timed of said.length === 0 ? [] : [true, false]) {
    for (const sayer of sayers) {
      for (const { event, at } of said) {
        if (event.fact.kind !== sayer || (timeOf(event) !== null) !== timed) continue;
        for (const rendition of event.fact.outputs) {
          const key = rendition.jobId ?? namelessKey(rendition, sayer, at, events);
          addOutput(outputs, key, rendition, event.entry.eventTime, sayer === 'TRANSCODED' ? at : -1);
        }
      }
    }
  }
  addSubmitted(outputs, events);
  removeDeleted(outputs, events);
  boundSubmitted(outputs);
  const list = nameless(outputs).sort(byAge);
  markSuperseded(list);
  return list;
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

/** The first one's fields, completed by the second one's. */
function merged(first: Rendition, second: Rendition): Rendition {
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
function nameless(outputs: ReadonlyMap<string, Output>): Output[] {
  const list = [...outputs.values()];
  const named = list.filter(({ rendition }) => rendition.jobId !== null);
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
  for (const [i, older] of outputs.entries())
    if (outputs.some((newer, j) => j > i && supersedes(newer, older)))
      older.rendition = { ...older.rendition, superseded: true };
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
