/** The CDN in front of VOD: every output of a video is the same short clip, under a signed address that ends. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../clock.ts';
import type { Cloud } from '../cloud/cloud.ts';
import type { Knobs } from '../knobs.ts';
import { judgePath, signedPath } from './url-signing.ts';

/** Below the emulator's address, in place of an accelerated domain. */
export const cdnPath = '/cdn';

const clipFolder = join(import.meta.dirname, 'clip');
const mediaTypes: Readonly<Record<string, string>> = {
  mp4: 'video/mp4',
  m3u8: 'application/vnd.apple.mpegurl',
  ts: 'video/mp2t',
  jpg: 'image/jpeg',
};

export type CdnOptions = {
  readonly cloud: Cloud;
  readonly clock: Clock;
  readonly knobs: () => Knobs;
};

/** As a CDN that lets pages of any origin play (CORS), in parts where a player asks for one. */
export function registerCdn(app: FastifyInstance, options: CdnOptions): void {
  app.get(`${cdnPath}/*`, (request, reply) => serve(request, reply, options));
}

function serve(request: FastifyRequest, reply: FastifyReply, { cloud, clock, knobs }: CdnOptions): FastifyReply {
  reply.headers({
    'access-control-allow-origin': '*',
    'access-control-expose-headers': 'content-length, content-range, x-tengine-error',
  });
  const path = request.url.split('?')[0] ?? '';
  const { auth_key: authKey } = request.query as { readonly auth_key?: string };
  const judged = knobs().urlSigning ? judgePath(path, authKey, clock.now()) : null;
  if (typeof judged === 'string') return reply.code(403).header('x-tengine-error', judged).send('');
  const videoId = /[0-9a-f]{32}/.exec(path)?.[0];
  const extension = path.split('.').at(-1) ?? '';
  const type = mediaTypes[extension];
  if (videoId === undefined || type === undefined || cloud.known(videoId) === null) return reply.code(404).send('');
  reply.header('content-type', type);
  return extension === 'm3u8' ? reply.send(playlist(path, judged)) : sendParts(request, reply, clipOf(path, extension));
}

function clipOf(path: string, extension: string): Buffer {
  if (extension === 'jpg') return read('cover.jpg');
  return extension === 'ts' ? read(`clip-${/-([0-2])\.ts$/.exec(path)?.[1] ?? '0'}.mpegts`) : read('clip.mp4');
}

/** The CDN signs the addresses in a list as the list's own: they end with it. */
function playlist(path: string, endsAtMs: number | null): string {
  const name = path.replace(/\.m3u8$/, '');
  return read('clip.m3u8')
    .toString()
    .replace(/^clip(-\d)\.mpegts$/gm, (_, part: string) => {
      const segment = `${name}${part}.ts`;
      return endsAtMs === null ? segment : signedPath(segment, endsAtMs);
    });
}

function sendParts({ headers }: FastifyRequest, reply: FastifyReply, bytes: Buffer): FastifyReply {
  reply.header('accept-ranges', 'bytes');
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? '') ?? [];
  if (from === '' && to === '') return reply.send(bytes);
  const start = from === '' ? Math.max(0, bytes.length - Number(to)) : Number(from);
  const end = from === '' || to === '' ? bytes.length - 1 : Math.min(Number(to), bytes.length - 1);
  if (start > end) return reply.code(416).header('content-range', `bytes */${bytes.length}`).send('');
  return reply
    .code(206)
    .header('content-range', `bytes ${start}-${end}/${bytes.length}`)
    .send(bytes.subarray(start, end + 1));
}

const loaded = new Map<string, Buffer>();

function read(file: string): Buffer {
  const bytes = loaded.get(file) ?? readFileSync(join(clipFolder, file));
  loaded.set(file, bytes);
  return bytes;
}
