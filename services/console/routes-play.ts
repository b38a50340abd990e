/** `GET /api/videos/{videoId}/play`: where a video plays now. And the document in which the page plays it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { Clock } from '../../platform/host/index.ts';
import type { VideoState } from '../../schemas/generated/VideoState.ts';
import { ApiFault, notFound } from './fault.ts';
import { fault, json } from './openapi/answers.ts';
import { accepting, idParameter } from './parse.ts';
import { cloudSilent, refusalOf, unplayableByState } from './play/not-playable.ts';
import { originsOf, type Playable, playable, playableOf } from './play/play-info.ts';
import type { ReadPlay } from './play/read-play.ts';
import type { StateView } from './state-view.ts';
import { playerPolicy } from './strict-headers.ts';
import type { ConsoleApp } from './typed-app.ts';

const playing = {
  operationId: 'getPlayInfo',
  summary: 'Where the video plays now: addresses of the cloud (GetPlayInfo), which end and are kept nowhere',
  params: z.strictObject({ videoId: z.string().describe('VideoId') }),
  response: {
    200: {
      ...json('It plays', playable),
      headers: { 'cache-control': { type: 'string', description: '`no-store`' } },
    },
    404: fault('Not known here (NOT_FOUND), or not at the cloud (NOT_AT_CLOUD)'),
    409: fault(
      'It does not play: NO_VIDEO, DELETED, BLOCKED, NO_SOURCE_YET, AWAITING_TRANSCODE, TRANSCODING, FAILED, NO_STREAM, ENCRYPTED',
    ),
    502: fault('The cloud gave another error (CLOUD_FAULT)'),
    503: fault('Not now: NO_CREDENTIALS, CLOUD_REFUSES, CLOUD_THROTTLES, BUSY, NOT_YET'),
    504: fault('The cloud gave no answer in time (CLOUD_SILENT)'),
  },
};

export type PlayRouteOptions = {
  readonly view: StateView;
  readonly readPlay: ReadPlay;
  /** For how long addresses are asked for. */
  readonly playSeconds: number;
  readonly clock: Pick<Clock, 'now'>;
  /** Where the page's files are. */
  readonly pageFolder: string;
};

/** Videos of which the origins of addresses are known, so that the document asks the cloud no second time. */
const mostRemembered = 1_000;

export function addPlayRoute(app: ConsoleApp, options: PlayRouteOptions): void {
  const { view, readPlay, playSeconds, clock } = options;
  // Of addresses nothing else is kept: they are keys to the video.
  const origins = new LRUCache<string, readonly string[]>({ max: mostRemembered });

  async function play(state: VideoState): Promise<Playable> {
    const { videoId, region } = state;
    const unplayable = unplayableByState(state);
    if (unplayable) throw unplayable;
    const askedAtMs = clock.now();
    const answer = await readPlay({ videoId, region });
    if (answer.kind === 'busy')
      throw new ApiFault(503, 'BUSY', 'as many play addresses are being asked for as may be at once', 1);
    if (answer.kind === 'silent') throw cloudSilent();
    if (answer.kind === 'fault') throw refusalOf(state, answer.fault);
    const found = playableOf(answer.info, askedAtMs, playSeconds);
    origins.set(videoId, originsOf(found));
    return found;
  }

  async function stateOf(videoId: string): Promise<VideoState> {
    const state = await view.get('video-state', videoId);
    if (!state) throw notFound(`video ${videoId}`);
    return state;
  }

  app.get('/api/videos/:videoId/play', { schema: playing }, async (request, reply) => {
    // Also for what is no address: a proxy must not keep why a video didn't play.
    reply.header('cache-control', 'no-store');
    return reply.send(await play(await stateOf(request.params.videoId)));
  });

  const document = accepting({ video: idParameter(1_000, 'a VideoId') });
  if (existsSync(join(options.pageFolder, 'player.html')))
    app.get('/player.html', { schema: { querystring: document, hide: true } }, async (request, reply) => {
      const { video } = request.query;
      const allowed = origins.get(video) ?? originsOf(await play(await stateOf(video)));
      reply.headers({ 'content-security-policy': playerPolicy(allowed), 'cache-control': 'no-store' });
      return reply.sendFile('player.html', { cacheControl: false });
    });
}
