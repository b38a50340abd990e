/** The CDN of the emulator: addresses that GetPlayInfo gives, until they end. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../emulator/clock.ts';
import { call } from './api/caller.ts';
import { playedShow } from './world.ts';

type Stream = { readonly PlayURL: string; readonly Format: string };
type Asked = Awaited<ReturnType<typeof call>>;
const streamsOf = ({ body }: Asked) => (body.PlayInfoList as { PlayInfo: Stream[] }).PlayInfo;

async function played() {
  const world = await playedShow('1');
  const videoId = world.ledger().videos[0]?.videoId ?? '';
  const ask = async (params: Record<string, string> = {}) =>
    call(world.url, 'GetPlayInfo', { VideoId: videoId, ...params });
  const addressOf = async (format: string, params?: Record<string, string>) =>
    streamsOf(await ask(params)).find((stream) => stream.Format === format)?.PlayURL ?? '';
  return { ...world, ask, addressOf };
}

describe('a play address', () => {
  test('gives the clip, whole or in parts, to a page of any origin', async () => {
    const { addressOf } = await played();
    const address = await addressOf('mp4');
    const whole = await fetch(address);
    expect([whole.status, whole.headers.get('content-type')]).toEqual([200, 'video/mp4']);
    expect(whole.headers.get('access-control-allow-origin')).toBe('*');
    const bytes = Buffer.from(await whole.arrayBuffer());
    expect(bytes.subarray(4, 8).toString()).toBe('ftyp');
    const size = bytes.length;
    for (const [range, from, to] of [
      ['bytes=0-99', 0, 99],
      ['bytes=100-', 100, size - 1],
      ['bytes=-10', size - 10, size - 1],
      [`bytes=5-${size + 5}`, 5, size - 1],
    ] as const) {
      const part = await fetch(address, { headers: { range } });
      expect([range, part.status, part.headers.get('content-range')]).toEqual([
        range,
        206,
        `bytes ${from}-${to}/${size}`,
      ]);
      expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(from, to + 1))).toBe(true);
    }
    const beyond = await fetch(address, { headers: { range: `bytes=${size}-` } });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${size}`]);
  });

  test('of a list leads to segments with addresses of their own', async () => {
    const { addressOf } = await played();
    const address = await addressOf('m3u8');
    const list = await (await fetch(address)).text();
    const segments = list.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(segments).toHaveLength(3);
    for (const segment of segments) {
      const answer = await fetch(new URL(segment, address));
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'video/mp2t']);
      // Packets of 188 bytes, each beginning with the sync byte.
      const packets = Buffer.from(await answer.arrayBuffer());
      expect([packets.length % 188, packets[0], packets[188]]).toEqual([0, 0x47, 0x47]);
      expect((await fetch(new URL(segment.split('?')[0] ?? '', address))).status).toBe(403);
    }
  });

  test('ends when AuthTimeout says, and then is refused as a CDN does', async () => {
    let passedMs = 0;
    const { url, ledger } = await playedShow('1', { clock: { ...systemClock, now: () => Date.now() + passedMs } });
    const VideoId = ledger().videos[0]?.videoId ?? '';
    const askedMs = Date.now();
    const address = streamsOf(await call(url, 'GetPlayInfo', { VideoId, AuthTimeout: '60' }))[0]?.PlayURL ?? '';
    const endsAt = Number(new URL(address).searchParams.get('auth_key')?.split('-')[0]) * 1000;
    expect(endsAt).toBeGreaterThan(askedMs + 59_000 - 1_000);
    expect(endsAt).toBeLessThanOrEqual(Date.now() + 60_000);
    passedMs = 30_000;
    expect((await fetch(address)).status).toBe(200);
    passedMs = 61_000;
    const late = await fetch(address);
    expect([late.status, late.headers.get('x-tengine-error')]).toEqual([403, 'denied by req auth: expired timestamp']);
  });

  test('is signed over its path and its end', async () => {
    const { addressOf } = await played();
    const address = new URL(await addressOf('mp4'));
    const [endsAt = '', rand, uid, hash] = address.searchParams.get('auth_key')?.split('-') ?? [];
    expect(hash).toBe(
      createHash('md5').update(`${address.pathname}-${endsAt}-${rand}-${uid}-emulator-url-signing-key`).digest('hex'),
    );
    const refused = async (change: (url: URL) => void) => {
      const other = new URL(address);
      change(other);
      const answer = await fetch(other);
      return [answer.status, answer.headers.get('x-tengine-error')];
    };
    const invalid = [403, 'denied by req auth: invalid md5hash'];
    const later = `${Number(endsAt) + 1}-${rand}-${uid}-${hash}`;
    expect(await refused((url) => url.searchParams.set('auth_key', later))).toEqual(invalid);
    expect(
      await refused((url) => {
        url.pathname = url.pathname.replace('.mp4', '.m3u8');
      }),
    ).toEqual(invalid);
    expect(await refused((url) => url.searchParams.delete('auth_key'))).toEqual([
      403,
      'denied by req auth: no url arg auth_key',
    ]);
  });

  test('is good for ever where URL signing is off', async () => {
    const { addressOf, turn } = await played();
    turn({ urlSigning: false });
    const address = await addressOf('m3u8', { AuthTimeout: '1' });
    expect(new URL(address).search).toBe('');
    expect(await (await fetch(address)).text()).not.toContain('auth_key');
  });

  test('of a video that was deleted is gone; AuthTimeout counts from 1', async () => {
    const { url, ledger, ask, addressOf } = await played();
    expect((await ask({ AuthTimeout: '0' })).body).toMatchObject({ Code: 'InvalidParameter' });
    const address = await addressOf('mp4');
    await call(url, 'DeleteVideo', { VideoIds: ledger().videos[0]?.videoId ?? '' });
    expect((await fetch(address)).status).toBe(404);
  });
});
