import type { ShowPlan, VideoPlan } from './fact.ts';

/** A file that the recorder has written. */
export type RecordedFile = {
  /** Its path in the bucket. */
  readonly uri: string;
  readonly durationSeconds: number;
  /** When it begins and ends, epoch ms. */
  readonly startMs: number;
  readonly endMs: number;
};

/** The files that Live itself tells of: one for every recording, whatever VOD makes of it, and when it was there. */
export function recordedFiles({ videos, happenings }: ShowPlan): { file: RecordedFile; atMs: number }[] {
  const recordedAt = new Map(
    happenings.flatMap(({ videoId, atMs, fact }) => (fact.kind === 'recorded' ? [[videoId, atMs] as const] : [])),
  );
  return videos.flatMap((video) => {
    const atMs = recordedAt.get(video.videoId);
    return video.recording === null || atMs === undefined ? [] : [{ file: fileOf(video, video.recording), atMs }];
  });
}

function fileOf(
  { stream, sourceUrl, durationSeconds }: VideoPlan,
  { startTime: startMs, endTime: endMs }: NonNullable<VideoPlan['recording']>,
): RecordedFile {
  const [from, to] = [startMs, endMs].map((ms) => new Date(ms).toISOString().slice(0, 19).replace('T', '-'));
  const container = /\.(\w+)$/.exec(new URL(sourceUrl).pathname)?.[1] ?? 'mp4';
  const uri = `${stream?.appName}/${stream?.streamName}/0_${from}_${to}.${container}`;
  return { uri, durationSeconds, startMs, endMs };
}
