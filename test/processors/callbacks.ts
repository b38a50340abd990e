/** Callback bodies as the cloud sends them, for tests of the processors. Times are seconds after a fixed start. */
import type { ParseResult, VideoEvent } from '../../processors/callback/index.ts';
import { parseCallback } from '../../processors/callback/index.ts';
import type { EventSource } from '../../schemas/topics.ts';

export type CallbackBody = { readonly EventType: string; readonly [field: string]: unknown };

/** 2026-03-01T10:00:00Z. */
export const startMs = Date.UTC(2026, 2, 1, 10);

export const atMs = (seconds: number): number => startMs + seconds * 1000;

/** The cloud's way to write a time. */
export const at = (seconds: number): string => new Date(atMs(seconds)).toISOString().replace('.000Z', 'Z');

export const videoId = 'a1b2c3d4e5f60718293a4b5c6d7e8f90';
export const stream = { DomainName: 'play.example.com', AppName: 'live', StreamName: 'room-42' };

export const recorded = (seconds: number, more: object = {}): CallbackBody => ({
  EventType: 'AddLiveRecordVideoComplete',
  EventTime: at(seconds),
  VideoId: videoId,
  Status: 'success',
  ...stream,
  RecordStartTime: at(seconds - 1804),
  RecordEndTime: at(seconds - 4),
  ...more,
});

export const composeStart = (seconds: number, more: object = {}): CallbackBody => ({
  EventType: 'LiveRecordVideoComposeStart',
  EventTime: at(seconds),
  VideoId: videoId,
  Status: 'success',
  ...stream,
  ...more,
});

export const sourceReady = (seconds: number, more: object = {}): CallbackBody => ({
  EventType: 'FileUploadComplete',
  EventTime: at(seconds),
  VideoId: videoId,
  Status: 'success',
  Size: 1_439_213_000,
  FileUrl: 'http://bucket.oss-cn-shanghai.aliyuncs.com/x/y.m3u8',
  ...more,
});

export const rendition = (jobId: string, definition: string, more: object = {}): Readonly<Record<string, unknown>> => ({
  Status: 'success',
  Bitrate: '925',
  Definition: definition,
  Duration: 1800.04,
  Encrypt: false,
  FileUrl: `http://vod.example.com/a/${definition}-${jobId}.mp4`,
  Format: 'mp4',
  Fps: '25',
  Height: 540,
  Width: 960,
  Size: 208_153_210,
  JobId: jobId,
  ...more,
});

export const failedRendition = (jobId: string, definition: string): Readonly<Record<string, unknown>> => ({
  Status: 'fail',
  Definition: definition,
  Format: 'mp4',
  ErrorCode: 'InvalidParameter.ResourceContentBad',
  ErrorMessage: 'input file is bad',
  JobId: jobId,
});

export const streamTranscoded = (seconds: number, output: object, more: object = {}): CallbackBody => ({
  EventType: 'StreamTranscodeComplete',
  EventTime: at(seconds),
  VideoId: videoId,
  ...output,
  ...more,
});

export const transcoded = (seconds: number, outputs: readonly object[], more: object = {}): CallbackBody => ({
  EventType: 'TranscodeComplete',
  EventTime: at(seconds),
  VideoId: videoId,
  Status: 'success',
  StreamInfos: outputs,
  ...more,
});

export const snapshot = (seconds: number, more: object = {}): CallbackBody => ({
  EventType: 'SnapshotComplete',
  EventTime: at(seconds),
  VideoId: videoId,
  Status: 'success',
  CoverUrl: 'http://vod.example.com/a/covers/c-00002.jpg',
  SnapshotInfos: [{ Status: 'success', SnapshotType: 'CoverSnapshot', SnapshotCount: 2, JobId: 'snap-1' }],
  ...more,
});

export const requested = (seconds: number, key: string, more: object = {}): CallbackBody => ({
  EventType: 'OperatorTranscodeRequest',
  EventTime: at(seconds),
  VideoId: videoId,
  TemplateGroupId: 'feedfeedfeedfeedfeedfeedfeedfeed',
  IdempotencyKey: key,
  ...more,
});

export const jobEvent = (type: string, seconds: number, token: string, more: object = {}): CallbackBody => ({
  EventType: type,
  EventTime: at(seconds),
  VideoId: videoId,
  Token: token,
  Attempt: 1,
  ...more,
});

/** Any other event of the video. */
export const named = (EventType: string, seconds: number, more: object = {}): CallbackBody => ({
  EventType,
  EventTime: at(seconds),
  VideoId: videoId,
  ...more,
});

/** The source that a body of this type really has. */
export function sourceOf(body: CallbackBody): EventSource {
  if (body.EventType.startsWith('Operator')) return 'operator';
  if (body.EventType.startsWith('Reconciler')) return 'reconciler';
  return /^(TranscodeJob|StepJob|ComposeJob)/.test(body.EventType) ? 'job-runner' : 'http';
}

export const bytesOf = (body: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(body));

export function parse(body: CallbackBody, source: EventSource = sourceOf(body), receivedAtMs = startMs): ParseResult {
  return parseCallback(bytesOf(body), { source, receivedAtMs, region: null });
}

/** The normal form of a body that must be usable. */
export function event(body: CallbackBody, source: EventSource = sourceOf(body), receivedAtMs = startMs): VideoEvent {
  const parsed = parse(body, source, receivedAtMs);
  if (parsed.kind === 'unparsable') throw new Error(`${body.EventType}: ${parsed.reason}`);
  return parsed.event;
}
