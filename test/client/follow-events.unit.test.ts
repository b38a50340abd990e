import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { type FollowEvent, followEvents, type StateTopic } from '../../client/index.ts';
import { type Platform, systemPlatform } from '../../platform/host/index.ts';
import { session, sessionRecord, testConsole, tombstone, video, videoRecord } from '../services/console/fixture.ts';

/** A network whose connection the test cuts; pauses before another try are over at once. */
function cuttable(): Platform & { cut(): void; readonly requests: { url: string; lastEventId: string | null }[] } {
  let gone = new AbortController();
  const requests: { url: string; lastEventId: string | null }[] = [];
  return {
    ...systemPlatform,
    requests,
    cut: () => gone.abort(),
    sleep: async () => {},
    fetch: async (input, init = {}) => {
      gone = new AbortController();
      requests.push({ url: String(input), lastEventId: new Headers(init.headers).get('last-event-id') });
      const signals = [gone.signal, ...(init.signal ? [init.signal] : [])];
      return await systemPlatform.fetch(input, { ...init, signal: AbortSignal.any(signals) });
    },
  };
}

async function listening() {
  const console = await testConsole();
  await console.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = console.app.server.address() as AddressInfo;
  return { ...console, url: `http://127.0.0.1:${port}/` };
}

const brief = (event: FollowEvent) =>
  event.kind === 'state' ? `${event.key} ${event.state.revision}` : 'key' in event ? `${event.key} gone` : event.kind;

/** The next events, as many as there should be. */
async function take<T extends StateTopic>(events: AsyncGenerator<FollowEvent<T>>, count: number) {
  const seen: FollowEvent<T>[] = [];
  while (seen.length < count) {
    const next = await events.next();
    if (next.done) break;
    seen.push(next.value);
  }
  return seen;
}

test('gives the snapshot, live, then changes, and goes on after a cut connection without gap or repeat', async () => {
  const { view, follower, url } = await listening();
  await view.apply([videoRecord(0, 0, video('a', { revision: 1 })), videoRecord(1, 0, video('b', { revision: 1 }))]);
  const platform = cuttable();
  const events = followEvents({ states: 'video-state', url, platform });
  expect((await take(events, 3)).map(brief)).toEqual(['a 1', 'b 1', 'live']);

  platform.cut();
  await view.apply([videoRecord(0, 1, video('a', { revision: 2 })), tombstone(1, 1, 'b')]);
  follower.announce();
  const changes = await take(events, 2);
  expect(changes.map(brief)).toEqual(['a 2', 'b gone']);
  expect(platform.requests.map(({ lastEventId }) => lastEventId !== null)).toEqual([false, true]);
  await events.return(undefined);

  await view.apply([videoRecord(0, 2, video('a', { revision: 3 }))]);
  const from = changes[0]?.position ?? '';
  const resumed = followEvents({ states: 'video-state', url, from, platform });
  expect((await take(resumed, 3)).map(brief)).toEqual(['a 3', 'b gone', 'live']);
  await resumed.return(undefined);
});

test('a position of another cluster is a reset with a new snapshot', async () => {
  const { view, url } = await listening();
  await view.apply([videoRecord(0, 0, video('a', { revision: 1 }))]);
  const events = followEvents({ states: 'video-state', url, from: 'elsewhere~1.1~1' });
  expect((await take(events, 3)).map(brief)).toEqual(['reset', 'a 1', 'live']);
  await events.return(undefined);
});

test('follows a session to the one that swallowed it, also from a position in between', async () => {
  const { view, url } = await listening();
  const stream = 'play.example.com/live/room-42/';
  const [early, late] = [`${stream}2026-03-01T09:00:00.000Z`, `${stream}2026-03-01T10:00:00.000Z`];
  await view.apply([
    sessionRecord(0, session(early, { revision: 4 })),
    sessionRecord(1, session(late, { revision: 2, status: 'MERGED', mergedInto: early })),
  ]);
  const platform = cuttable();
  const ask = { states: 'session-state', url, id: late, platform } as const;
  const events = followEvents(ask);
  const seen = await take(events, 3);
  expect(seen.map(brief)).toEqual([`${late} 2`, `${early} 4`, 'live']);
  await events.return(undefined);

  for (const [index, rest] of [
    [0, [`${early} 4`, 'live']],
    [1, ['live']],
  ] as const) {
    const resumed = followEvents({ ...ask, from: seen[index]?.position ?? '' });
    expect((await take(resumed, rest.length)).map(brief)).toEqual(rest);
    await resumed.return(undefined);
  }

  const alone = followEvents({ ...ask, followMerged: false });
  expect((await take(alone, 2)).map(brief)).toEqual([`${late} 2`, 'live']);
  await alone.return(undefined);
});

test('tries again what may pass and ends with what will not', async () => {
  const { view, url } = await listening();
  await view.apply([videoRecord(0, 0, video('a', { revision: 1 }))]);
  const platform = cuttable();
  let refusals = 2;
  const busy: Platform = {
    ...platform,
    fetch: async (input, init) => {
      refusals -= 1;
      if (refusals === 1) throw new TypeError('fetch failed');
      return refusals === 0 ? new Response('busy', { status: 503 }) : await platform.fetch(input, init);
    },
  };
  const events = followEvents({ states: 'video-state', url, platform: busy });
  expect((await take(events, 1)).map(brief)).toEqual(['a 1']);
  await events.return(undefined);

  const refused = followEvents({ states: 'video-state', url, id: 'x'.repeat(300), platform });
  await expect(refused.next()).rejects.toMatchObject({ code: 'HTTP_REFUSED', retryable: false });
});

test('an abort ends the iteration', async () => {
  const { url } = await listening();
  const stop = new AbortController();
  const kinds: string[] = [];
  for await (const event of followEvents({ states: 'video-state', url, signal: stop.signal })) {
    kinds.push(event.kind);
    stop.abort();
  }
  expect(kinds).toEqual(['live']);
});
