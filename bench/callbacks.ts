/** Callbacks for benchmarks: the five that a recorded and transcoded video causes, spread and partly sent twice as the cloud does. */
import { createHash } from 'node:crypto';
import type { OutgoingRecord } from '../connectors/kafka/index.ts';
import { header } from '../schemas/topics.ts';

export const eventsPerVideo = 5;

/**
 * Half of the streams are transcoded by the cloud (business flow 1), half by the pipeline (flow 2). Both rules act on
 * events that are days old, since a million recordings don't fit into one.
 */
export const policyRules = [
  {
    match: { domain: 'play.example.com', app: 'live', stream: 'match-*' },
    segments: { transcode: 'pipeline', templateGroupId: '0123456789abcdef0123456789abcdef', priority: 6 },
    maxActAgeSeconds: 7 * 86_400,
  },
  {
    match: { domain: 'play.example.com', app: 'live', stream: 'room-*' },
    segments: { transcode: 'cloud' },
    maxActAgeSeconds: 7 * 86_400,
  },
] as const;

export type Workload = {
  readonly videos: number;
  readonly topic: string;
  /** When the last video's events are over, epoch milliseconds: shortly before now, or timers fire at once. */
  readonly endMs: number;
  /** So many videos are being recorded at once. Default 2,000, at most one of each of `streams`. */
  readonly together?: number;
  /** So many streams, each with one show after the other. Default: 500, whose recordings overlap into one show each. */
  readonly streams?: number;
  /** In the names of videos and streams: with another one they are others. Default: nothing. */
  readonly series?: string;
};

/** So many streams that each has had twenty shows in the end, one after the other, as a stream records one file at a time. */
export const streamsOf = (videos: number): number => Math.ceil(videos / 20);

const lastEventMs = 200_000;
const mostSpreadMs = 4 * 86_400_000;
const overlappingStreams = 500;
/** From one show of a stream to its next: half an hour of recording, and more than any disconnect delay of a policy here. */
const showEveryMs = 40 * 60_000;
const iso = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');
const idOf = (text: string): string => createHash('md5').update(text).digest('hex');

/**
 * Callbacks of `videos` videos, in the order in which they would arrive when `together` videos are being recorded at once:
 * neighbours in time are different videos, and a video's own events come far apart. Every twentieth comes twice.
 */
export function* callbacks(workload: Workload): Generator<OutgoingRecord> {
  const { videos, streams = Number.POSITIVE_INFINITY } = workload;
  const together = Math.min(workload.together ?? 2_000, streams);
  for (let first = 0; first < videos; first += together) {
    const last = Math.min(videos, first + together);
    for (let step = 0; step < eventsPerVideo; step += 1) {
      for (let video = first; video < last; video += 1) {
        const record = callback(workload, video, step);
        yield record;
        if ((video * eventsPerVideo + step) % 20 === 0) yield record;
      }
    }
  }
}

/** The callback of one step (0 to 4) of one video: recorded, source ready, LD and HD transcoded, all transcoded. */
export function callback(
  { videos, topic, endMs: overMs, streams, series = '' }: Workload,
  video: number,
  step: number,
): OutgoingRecord {
  const videoId = idOf(`${series}video ${video}`);
  const stream = video % (streams ?? overlappingStreams);
  const everyMs = streams === undefined ? Math.min(1_000, mostSpreadMs / videos) : showEveryMs / streams;
  const endMs = Math.floor((overMs - lastEventMs - (videos - 1 - video) * everyMs) / 1_000) * 1_000;
  const common = { VideoId: videoId, EventTime: iso(endMs + (step + 1) * 40_000), Status: 'success' };
  // Only the one that is asked for is made.
  const bodies = [
    () => ({
      ...common,
      EventType: 'AddLiveRecordVideoComplete',
      DomainName: 'play.example.com',
      AppName: 'live',
      StreamName: `${stream % 2 === 0 ? 'room' : 'match'}-${series}${stream}`,
      RecordStartTime: iso(endMs - 1_800_000),
      RecordEndTime: iso(endMs),
    }),
    () => ({
      ...common,
      EventType: 'FileUploadComplete',
      FileUrl: `http://vod.example.com/${videoId}/source.m3u8`,
      Size: 508_153_210 + video,
    }),
    () => ({ ...common, EventType: 'StreamTranscodeComplete', ...rendition(videoId, 'LD', endMs) }),
    () => ({ ...common, EventType: 'StreamTranscodeComplete', ...rendition(videoId, 'HD', endMs) }),
    () => ({
      ...common,
      EventType: 'TranscodeComplete',
      StreamInfos: [rendition(videoId, 'LD', endMs), rendition(videoId, 'HD', endMs)],
    }),
  ];
  return {
    topic,
    key: videoId,
    value: Buffer.from(JSON.stringify(bodies[step]?.())),
    headers: {
      [header.source]: 'http',
      [header.receivedAt]: String(endMs + (step + 1) * 40_000 + 700),
      [header.region]: 'cn-shanghai',
    },
  };
}

function rendition(videoId: string, definition: string, endMs: number) {
  const jobId = idOf(`${videoId} ${definition}`);
  return {
    Status: 'success',
    Bitrate: '925',
    Definition: definition,
    Duration: 1800.04,
    Encrypt: false,
    FileUrl: `http://vod.example.com/${videoId}/${definition}-${jobId}.mp4`,
    Format: 'mp4',
    Fps: '25',
    Height: 540,
    Width: 960,
    Size: 208_153_210,
    JobId: jobId,
    StartTime: iso(endMs + 60_000),
    FinishTime: iso(endMs + 90_000),
  };
}
