/** The life of a video as the topics hold it: its callbacks, and its state after each of them. */
import { policyBook } from '../processors/policy/index.ts';
import { videoTopology } from '../processors/video/index.ts';
import type { VideoState } from '../schemas/generated/VideoState.ts';

export type Step = {
  readonly key: string;
  readonly callback: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly state: VideoState;
};

export const eventsPerVideo = 8;

const topology = videoTopology({ policies: policyBook([]) });
const definitions = ['LD', 'SD', 'HD'] as const;
const startMs = Date.UTC(2026, 2, 1);

/** The `n`th video: recorded, uploaded, three renditions, done. */
export function lifeOf(n: number): Step[] {
  const key = n.toString(16).padStart(32, '0');
  const endMs = startMs + n * 1_000;
  let state: VideoState | null = null;
  return bodies(key, endMs, n).map((body, index): Step => {
    const callback = Buffer.from(JSON.stringify({ VideoId: key, Status: 'success', ...body }));
    const receivedAtMs = endMs + index * 20_000 + 700;
    const headers = { source: 'http', 'received-at': String(receivedAtMs), region: 'cn-shanghai' };
    const record = { key, value: callback, headers, timestampMs: receivedAtMs };
    const outcome = topology.step(state, record, { nowMs: receivedAtMs });
    if (outcome.kind !== 'next' || outcome.state === null) throw new TypeError(`event ${index} changes nothing`);
    state = outcome.state;
    return { key, callback, headers, state };
  });
}

function bodies(key: string, endMs: number, n: number): Record<string, unknown>[] {
  const time = (seconds: number) => `${new Date(endMs + seconds * 1_000).toISOString().slice(0, 19)}Z`;
  const stream = { DomainName: 'play.example.com', AppName: 'live', StreamName: `room-${n % 2_000}` };
  const base = `http://vod.example.com/${key}`;
  const renditions = definitions.map((Definition, i) => ({
    Status: 'success',
    Definition,
    Bitrate: '925',
    Duration: 1800.04,
    Encrypt: false,
    FileUrl: `${base}/${Definition}.mp4`,
    Format: 'mp4',
    Fps: '25',
    Height: 540,
    Width: 960,
    Size: 208_153_210 + n,
    JobId: `${n}`.padStart(31, '0') + i,
  }));
  const recorded = { ...stream, RecordStartTime: time(-1800), RecordEndTime: time(0) };
  const finished = renditions.map((one) => ({ ...one, StartTime: time(40), FinishTime: time(100) }));
  return [
    { EventType: 'AddLiveRecordVideoComplete', EventTime: time(4), ...recorded },
    { EventType: 'FileUploadComplete', EventTime: time(10), FileUrl: `${base}/source.m3u8`, Size: 1_439_213_000 },
    { EventType: 'VideoAnalysisComplete', EventTime: time(12), Width: '1920', Height: '1080', Duration: '1800.04' },
    { EventType: 'SnapshotComplete', EventTime: time(30), CoverUrl: `${base}/cover.jpg` },
    ...renditions.map((one, i) => ({ EventType: 'StreamTranscodeComplete', EventTime: time(60 + i * 20), ...one })),
    { EventType: 'TranscodeComplete', EventTime: time(101), StreamInfos: finished },
  ];
}
