import { bounds } from '../../schemas/bounds.ts';
import type { Rendition, RenditionStatus } from '../../schemas/generated/VideoState.ts';
import { type Body, booleanOf, compareText, countOf, maxBytes, numberOf, shortText, textOf, urlOf } from './fields.ts';
import { textBytes } from './size.ts';
import { parseCloudTime } from './time.ts';

/** Most outputs kept of one event, and their size in bytes; template groups hold far fewer. */
export const maxOutputs = 64;
export const maxOutputBytes = 10_000;
/** So many are never larger, since each of their texts has a limit of its own. */
const fewOutputs = 6;

/** StreamInfos of a TranscodeComplete of that Status, in an order of their own: that of the array means nothing. */
export function streamInfosOf(infos: readonly Body[], status: unknown): readonly Rendition[] {
  const parent = statusOf(status, 'FAIL');
  const outputs: Rendition[] = [];
  for (const info of infos) insert(outputs, renditionOf(info, parent));
  // A list that grew has room for many more, which a state would carry along.
  if (outputs.length <= fewOutputs) return outputs.slice();
  let bytes = 0;
  return outputs.filter((output) => {
    bytes += renditionBytes(output);
    return bytes <= maxOutputBytes;
  });
}

/** Into its place among the first `maxOutputs`. A body may list a hundred thousand: sorting all of them would take seconds. */
function insert(sorted: Rendition[], output: Rendition): void {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (compareRenditions(sorted[middle] as Rendition, output) <= 0) from = middle + 1;
    else to = middle;
  }
  sorted.splice(from, 0, output);
  if (sorted.length > maxOutputs) sorted.pop();
}

/** Upper bound of an encoded rendition, in bytes: its texts, and 90 for all the rest. */
export function renditionBytes(one: Rendition): number {
  let bytes = 90;
  for (const text of [one.jobId, one.definition, one.format, one.fileUrl, one.errorCode, one.errorMessage])
    bytes += textBytes(text);
  return bytes;
}

/** One output, from a StreamTranscodeComplete or an element of StreamInfos. */
export function renditionOf(body: Body, statusWithout: RenditionStatus): Rendition {
  return {
    jobId: shortText(body.JobId, maxBytes.id),
    definition: shortText(body.Definition, maxBytes.label),
    format: shortText(body.Format, maxBytes.label)?.toLowerCase() ?? null,
    status: statusOf(body.Status, statusWithout),
    fileUrl: urlOf(textOf(body.FileUrl) ?? body.FileURL),
    bitrateKbps: numberOf(body.Bitrate, 'Bitrate'),
    fps: numberOf(body.Fps, 'Fps'),
    width: countOf(body.Width, bounds.mostInt, 'Width'),
    height: countOf(body.Height, bounds.mostInt, 'Height'),
    durationSeconds: numberOf(body.Duration, 'Duration'),
    sizeBytes: countOf(body.Size, bounds.mostLong, 'Size'),
    encrypted: booleanOf(body.Encrypt) ?? (textOf(body.EncryptType) === null ? null : true),
    startTime: parseCloudTime(body.StartTime),
    finishTime: parseCloudTime(body.FinishTime),
    errorCode: shortText(body.ErrorCode, maxBytes.code),
    errorMessage: shortText(body.ErrorMessage, maxBytes.message),
    audioOnly: isAudioOnly(body),
    superseded: false,
  };
}

/** Where nothing says it, by the labels of the cloud's audio templates (cloud facts 1.4.7). */
function isAudioOnly(body: Body): boolean {
  const told = booleanOf(body.IsAudio);
  if (told !== null) return told;
  const definition = textOf(body.Definition);
  return definition !== null && definition.length === 2 && /^[SH]Q$/i.test(definition);
}

export function compareRenditions(a: Rendition, b: Rendition): number {
  return (
    compareText(a.jobId ?? '', b.jobId ?? '') ||
    compareText(a.definition ?? '', b.definition ?? '') ||
    compareText(a.format ?? '', b.format ?? '') ||
    compareText(a.fileUrl ?? '', b.fileUrl ?? '') ||
    (alike(a, b) ? 0 : compareText(JSON.stringify(a), JSON.stringify(b)))
  );
}

/** Cheaper than two texts, where a body repeats one output thousands of times. */
function alike(a: Rendition, b: Rendition): boolean {
  for (const field in a) if (a[field as keyof Rendition] !== b[field as keyof Rendition]) return false;
  return true;
}

function statusOf(status: unknown, without: RenditionStatus): RenditionStatus {
  const text = textOf(status)?.toLowerCase();
  if (text === 'success' || text === 'succeed') return 'SUCCESS';
  return text === 'fail' || text === 'failed' ? 'FAIL' : without;
}

/** A rendition of which nothing is known but that it was asked for. */
export const submitted: Rendition = {
  jobId: null,
  definition: null,
  format: null,
  status: 'SUBMITTED',
  fileUrl: null,
  bitrateKbps: null,
  fps: null,
  width: null,
  height: null,
  durationSeconds: null,
  sizeBytes: null,
  encrypted: null,
  startTime: null,
  finishTime: null,
  errorCode: null,
  errorMessage: null,
  audioOnly: false,
  superseded: false,
};
