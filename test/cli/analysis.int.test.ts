/**
 * DNA and tags by policy on the real stack: every role by `up`, and the cloud emulated. Each recording and the film are
 * fingerprinted and tagged once; the film is found to resemble its recordings, in its state and by the API.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, inject, test } from 'vitest';
import type { VideoState } from '../../schemas/generated/VideoState.ts';
import { calmEmulator, stopAfterTest } from '../emulator/world.ts';
import { eventually } from '../support/eventually.ts';
import { settingsBeside, signing, upWith } from './beside-emulator.ts';
import { ownSettings } from './command.ts';

const stack = inject('stack');
const patient = { timeoutMs: 90_000 };

/** Passes callbacks on to `target`, but for those that say that composing began: these go when they are released. */
async function gateway(target: string) {
  const held: (() => Promise<unknown>)[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const body = Buffer.concat(chunks);
      const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
        /^(x-vod-|content-type$)/.test(name) && typeof value === 'string' ? [[name, value]] : [],
      );
      const pass = () => fetch(target, { method: 'POST', headers, body });
      if (!String(body).includes('LiveRecordVideoComposeStart')) {
        const passed = await pass().catch(() => null);
        response.writeHead(passed?.status ?? 502).end();
        return;
      }
      held.push(pass);
      response.writeHead(200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stopAfterTest(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/callbacks/vod`,
    held: () => held.length,
    release: async () => void (await Promise.all(held.splice(0).map((pass) => pass()))),
  };
}

test('by analyse every recording and the film are fingerprinted and tagged once, and what is found is in their states', async () => {
  const own = await ownSettings(stack);
  const door = await gateway(`http://127.0.0.1:${own.INGRESS_PORT}/callbacks/vod`);
  const emulator = await calmEmulator({ ...signing, deliverTo: door.url });
  const rule = { transcode: 'cloud', analyse: { dna: { dnaDbId: 'ours' }, tags: { analyseTypes: ['OCR'] } } };
  const policies = [{ match: { app: 'practice-3a' }, segments: rule, composed: { ...rule, compose: 'cloud' } }];
  const { up, console } = await upWith(settingsBeside(emulator, own, { policies }));

  emulator.play({ practices: ['3a'], shows: 1, compression: 1e7 });
  await emulator.whenQuiet();
  const film = emulator.ledger().videos.find(({ madeOf }) => madeOf.length > 1);
  if (film === undefined) return expect.fail('the show has no film');
  expect(door.held()).toBeGreaterThan(0);

  const seen = (videoId: string) =>
    eventually(async () => {
      const video = (await (await fetch(`${console}/api/videos/${videoId}`)).json()) as VideoState;
      expect(video, up.text()).toMatchObject({
        status: 'TRANSCODED',
        steps: [
          { kind: 'DNA', state: 'DONE', jobId: expect.any(String) },
          { kind: 'TAGS', state: 'DONE', jobId: expect.any(String) },
        ],
      });
      return video;
    }, patient);
  for (const videoId of film.madeOf) await seen(videoId);
  // Only now: what is fingerprinted at one time doesn't find each other.
  await door.release();
  const { similarVideos } = await seen(film.videoId);
  expect(new Set(similarVideos.map(({ videoId }) => videoId))).toEqual(new Set(film.madeOf));

  // The show may be of several sessions.
  const states = new Map<string, VideoState>();
  for (const { videoId } of emulator.ledger().videos) states.set(videoId, await seen(videoId));
  await emulator.whenQuiet();
  const { videos, analyses, calls } = emulator.ledger();
  for (const { videoId, similarVideos, tags } of videos) {
    expect(tags).not.toBeNull();
    expect(states.get(videoId)).toMatchObject({ similarVideos, tags });
    const types = analyses.filter((one) => one.videoId === videoId).map(({ type }) => type);
    expect(types.toSorted()).toEqual(['AIMediaDNA', 'AIVideoTag']);
  }
  const taken = calls.filter(({ action, outcome }) => action === 'SubmitAIJob' && outcome === 'OK');
  expect(taken).toHaveLength(2 * videos.length);
  const listed = (await (await fetch(`${console}/api/jobs?type=DNA,TAGS&limit=100`)).json()) as {
    readonly items: readonly { readonly type: string; readonly videoId: string; readonly cloudId: string }[];
  };
  const rows = listed.items.map(({ type, videoId, cloudId }) => `${type} ${videoId} ${cloudId}`);
  const ordered = analyses.map(({ type, videoId, jobId }) => {
    return `${type === 'AIVideoTag' ? 'TAGS' : 'DNA'} ${videoId} ${jobId}`;
  });
  expect(new Set(rows)).toEqual(new Set(ordered));
  expect(rows).toHaveLength(ordered.length);

  up.kill('SIGTERM');
  expect(await up.status, up.text()).toBe(0);
});
