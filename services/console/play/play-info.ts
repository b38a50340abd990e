/** What `GET /api/videos/{videoId}/play` answers where a video plays. */
import { z } from 'zod';
import type { PlayInfo } from '../../../connectors/vod/index.ts';
import { epochMs } from '../openapi/answers.ts';
import { expiryOf } from './expiry.ts';

const measure = (what: string) => z.number().nullable().describe(what);

const playStream = z.object({
  definition: z.string().nullable().describe("The template's label (LD, SD, HD, ...)"),
  format: z.string().nullable().describe('mp4, m3u8, ...'),
  url: z.string().describe('Where it plays. Whoever has it can watch until it ends: not for logs, not for keeping'),
  expiresAt: epochMs('When the address ends').nullable().describe('Null: it is not signed and does not end'),
  encrypted: z.boolean().nullable().describe('The cloud says that it is encrypted: not every player plays it'),
  width: measure('Pixels'),
  height: measure('Pixels'),
  bitrateKbps: measure('kbit/s'),
  fps: measure('Frames a second'),
  durationSeconds: measure('Seconds'),
  sizeBytes: measure('Bytes'),
  jobId: z.string().nullable(),
});

export const playable = z
  .object({
    videoId: z.string(),
    coverUrl: z.string().nullable().describe('Signed as the streams are'),
    askedAt: epochMs('When the cloud was asked'),
    validSeconds: z.int().describe('For how long addresses were asked for (CONSOLE_PLAY_SECONDS)'),
    expiresAt: epochMs('When the first of them ends').nullable().describe('Null: none ends'),
    streams: z.array(playStream).describe('The newest of each definition and format'),
  })
  .meta({ id: 'Playable' });

export type Playable = Readonly<z.infer<typeof playable>>;

/** A video has at most a few dozen outputs; what says more is cut. */
const mostStreams = 100;
const longestAddress = 8_192;

/** An address that a page may be sent to; null for anything else. */
function addressOf(text: string | null): URL | null {
  if (text === null || text.length > longestAddress || !URL.canParse(text)) return null;
  const address = new URL(text);
  return address.protocol === 'http:' || address.protocol === 'https:' ? address : null;
}

export function playableOf(info: PlayInfo, askedAtMs: number, validSeconds: number): Playable {
  const streams = info.streams.slice(0, mostStreams).flatMap(({ playUrl, createdAtMs: _, ...stream }) => {
    const address = addressOf(playUrl);
    if (address === null) return [];
    return [{ ...stream, url: address.href, expiresAt: expiryOf(address, askedAtMs, validSeconds) }];
  });
  const ends = streams.flatMap(({ expiresAt }) => expiresAt ?? []);
  return {
    videoId: info.video.videoId,
    coverUrl: addressOf(info.video.coverUrl)?.href ?? null,
    askedAt: askedAtMs,
    validSeconds,
    expiresAt: ends.length === 0 ? null : Math.min(...ends),
    streams,
  };
}

/** Where a player of it must be let to: scheme, host and port of all addresses. */
export const originsOf = ({ coverUrl, streams }: Playable): readonly string[] => [
  ...new Set(
    [...streams.map(({ url }) => url), ...(coverUrl === null ? [] : [coverUrl])].map((url) => new URL(url).origin),
  ),
];
