import type { Rendition, RenditionStatus } from '../../schemas/generated/VideoState.ts';
import {
  type Body,
  booleanOf,
  compareText,
  countOf,
  maxBytes,
  numberOf,
  objectsOf,
  shortText,
  textOf,
  timeOf,
  urlOf,
} from './fields.ts';

/** Most outputs kept of one event; template groups hold far fewer. */
export const maxOutputs = 64;

const maxInt = 2_147_483_647;

/** StreamInfos of a TranscodeComplete, in an order of their own: that of the array means nothing. */
export function streamInfosOf(body: Body): readonly Rendition[] {
  const parent = statusOf(textOf(body, 'Status'), 'FAIL');
  return objectsOf(body, 'StreamInfos')
    .map((info) => renditionOf(info, parent))
    .sort(compareRenditions)
    .slice(0, maxOutputs);
}

/** One output, from a StreamTranscodeComplete or an element of StreamInfos. */
export function renditionOf(body: Body, statusWithout: RenditionStatus): Rendition {
  return {
    jobId: shortText(body, maxBytes.id, 'JobId'),
    definition: shortText(body, maxBytes.label, 'Definition'),
    format: shortText(body, maxBytes.label, 'Format')?.toLowerCase() ?? null,
    status: statusOf(textOf(body, 'Status'), statusWithout),
    fileUrl: urlOf(body, 'FileUrl', 'FileURL'),
    bitrateKbps: numberOf(body, 'Bitrate'),
    fps: numberOf(body, 'Fps'),
    width: countOf(body, maxInt, 'Width'),
    height: countOf(body, maxInt, 'Height'),
    durationSeconds: numberOf(body, 'Duration'),
    sizeBytes: countOf(body, Number.MAX_SAFE_INTEGER, 'Size'),
    encrypted: booleanOf(body, 'Encrypt'),
    startTime: timeOf(body, 'StartTime'),
    finishTime: timeOf(body, 'FinishTime'),
    errorCode: shortText(body, maxBytes.code, 'ErrorCode'),
    errorMessage: shortText(body, maxBytes.message, 'ErrorMessage'),
    superseded: false,
  };
}

export function compareRenditions(a: Rendition, b: Rendition): number {
  return (
    compareText(a.jobId ?? '', b.jobId ?? '') ||
    compareText(a.definition ?? '', b.definition ?? '') ||
    compareText(a.format ?? '', b.format ?? '') ||
    compareText(a.fileUrl ?? '', b.fileUrl ?? '') ||
    compareText(JSON.stringify(a), JSON.stringify(b))
  );
}

function statusOf(status: string | null, without: RenditionStatus): RenditionStatus {
  const text = status?.toLowerCase();
  if (text === 'success' || text === 'succeed') return 'SUCCESS';
  return text === 'fail' || text === 'failed' ? 'FAIL' : without;
}
