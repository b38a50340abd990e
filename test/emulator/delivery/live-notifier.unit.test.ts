/** Live's own record callbacks as its pages describe them (cloud facts 2.1.5, 4.11). */
import { describe, expect, it } from 'vitest';
import type { Clock, Message } from '../../../emulator/clock.ts';
import { createLiveNotifier } from '../../../emulator/delivery/live-notifier.ts';
import type { RecordNotification } from '../../../emulator/delivery/record-notifications.ts';
import { turned } from '../../../emulator/knobs.ts';
import { eveningMs, SimulatedClock } from '../simulated.ts';
import { calmEmulator } from '../world.ts';

const url = 'https://ingress.example.com/callbacks/live';
const stream = { domainName: 'play.example.com', appName: 'live', streamName: 'room-42' };
const atMs = 1_700_000_000_000;
const configured: RecordNotification = {
  ...{ notifyUrl: url, onDemandUrl: '', needStatusNotify: true },
  ...{ notifyReqAuth: true, notifyAuthKey: 'Abc123Def4567890' },
};
const file = { uri: 'live/room-42/0.mp4', durationSeconds: 69.4, startMs: atMs - 70_000, endMs: atMs - 600 };

function notifier(
  statuses: readonly (number | null)[],
  knobs = {},
  of: (domain: string) => RecordNotification | null = () => configured,
) {
  const posts: { url: string; message: Message }[] = [];
  const clock: Clock = {
    now: () => atMs,
    after: (_ms, run) => {
      queueMicrotask(run);
      return () => undefined;
    },
    post: (to, message) => {
      posts.push({ url: to, message });
      return Promise.resolve(statuses[posts.length - 1] ?? null);
    },
  };
  const settled = Promise.withResolvers<void>();
  const sender = createLiveNotifier({
    ...{
      seed: 1,
      clock,
      knobs: () => turned(null, { duplicateRate: 0, ...knobs }),
      signal: AbortSignal.timeout(5_000),
    },
    ...{ notifications: { of }, onSettled: () => settled.resolve() },
  });
  return { sender, posts, settled: settled.promise };
}

describe('a notice of Live', () => {
  it('names stream and event, has no time, and signs the host name alone', async () => {
    const { sender, posts, settled } = notifier([200]);
    sender.tell(stream, 'record_started', atMs);
    await settled;
    expect(JSON.parse(posts[0]?.message.body ?? '')).toEqual({
      ...{ domain: 'play.example.com', app: 'live', stream: 'room-42', event: 'record_started' },
    });
    expect(posts[0]).toMatchObject({
      url,
      message: {
        headers: { 'ali-live-timestamp': '1700000000', 'ali-live-signature': 'f74f6f7fe39b24b474668701eac3c0fd' },
      },
    });
    expect(sender.notices).toMatchObject([{ event: 'record_started', attempts: 1, accepted: 1 }]);
    expect(sender.pending).toBe(0);
  });

  it.each([
    ['until it is answered 200', [500, null, 200], 3, 1],
    ['five more times, and then no more', [500, 500, 500, 500, 500, 500, 200], 6, 0],
  ])('is sent again %s', async (_, statuses, attempts, accepted) => {
    const { sender, posts, settled } = notifier(statuses);
    sender.tell(stream, 'record_paused', atMs);
    await settled;
    expect(posts).toHaveLength(attempts);
    expect(sender.notices).toMatchObject([{ attempts, accepted }]);
  });

  it('of the past is none, nor is one that a knob turns off', () => {
    const { sender } = notifier([]);
    sender.tell(stream, 'record_started', atMs - 60_000);
    const { sender: off } = notifier([], { liveCallbacks: false });
    off.tell(stream, 'record_started', atMs);
    expect([sender.notices, off.notices]).toEqual([[], []]);
  });
});

describe('what the domain asks for', () => {
  it('is looked up for every attempt', async () => {
    const moved = { ...configured, notifyUrl: 'https://other.example.com/live', notifyReqAuth: false };
    const answers = [configured, configured, moved];
    const { sender, posts, settled } = notifier([500, 200], {}, () => answers.shift() ?? moved);
    sender.tell(stream, 'record_started', atMs);
    await settled;
    expect(posts.map((post) => post.url)).toEqual([url, moved.notifyUrl]);
    expect(Object.keys(posts[1]?.message.headers ?? {})).toEqual(['content-type']);
  });

  it('is nothing, or files alone', async () => {
    const { sender: none, settled: dropped } = notifier([], {}, () => null);
    none.tell(stream, file, atMs);
    await dropped;
    const { sender, posts, settled } = notifier([200], {}, () => ({ ...configured, needStatusNotify: false }));
    sender.tell(stream, 'record_started', atMs);
    await settled;
    expect([none.notices, sender.notices, posts, none.pending, sender.pending]).toEqual([[], [], [], 0, 0]);
  });

  it('is a file with its times in seconds, and without an event', async () => {
    const { sender, posts, settled } = notifier([200], {}, () => ({ ...configured, needStatusNotify: false }));
    sender.tell(stream, file, atMs);
    await settled;
    expect(JSON.parse(posts[0]?.message.body ?? '')).toEqual({
      ...{ domain: 'play.example.com', app: 'live', stream: 'room-42', uri: 'live/room-42/0.mp4' },
      ...{ duration: 69.4, start_time: 1_699_999_930, stop_time: 1_699_999_999 },
    });
    expect(sender.notices).toMatchObject([{ event: 'file', accepted: 1 }]);
  });
});

describe('a show that happens as it is played', () => {
  it('is told of by Live: its start, each pause and return within it, and each file', async () => {
    const heard: string[] = [];
    const files: unknown[] = [];
    const clock = new SimulatedClock((to, body) => {
      if (to !== url) return;
      const told = JSON.parse(body) as { event?: string; start_time?: number; stop_time?: number };
      if (told.event === undefined) files.push([told.start_time, told.stop_time]);
      else heard.push(told.event);
    });
    const emulator = await calmEmulator({ clock, liveCallbackUrl: url });
    emulator.play({ practices: ['1'], shows: 1, live: true, showSeconds: 3600, endsAtMs: eveningMs + 4 * 3_600_000 });
    while (await clock.next());
    const { sessions, videos, liveNotices } = emulator.ledger();
    expect(sessions.map(({ pushes }) => pushes.length)).toEqual([2, 1]);
    const expected = sessions.flatMap(({ pushes }) =>
      pushes.flatMap(({ startMs, endMs }, index) => [
        [index === 0 ? 'record_started' : 'record_resumed', startMs],
        ['record_paused', endMs],
      ]),
    );
    const notices = liveNotices.filter(({ event }) => event !== 'file');
    expect(notices.map((notice) => [notice.event, notice.atMs])).toEqual(expected);
    const recordings = videos.flatMap(({ recording }) => recording ?? []);
    expect(files).toHaveLength(recordings.length);
    expect(files).toEqual(
      expect.arrayContaining(recordings.map(({ startTime, endTime }) => [startTime / 1000, endTime / 1000])),
    );
    expect(heard).toEqual(expected.map(([event]) => event));
  });

  it('is not, where it is played faster', async () => {
    const emulator = await calmEmulator({ liveCallbackUrl: url });
    emulator.play({ practices: ['1'], shows: 1, compression: 1e7 });
    await emulator.whenQuiet();
    expect(emulator.ledger().liveNotices).toEqual([]);
  });
});
