import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../platform/host/index.ts';
import { decodePosition, encodePosition } from '../../../services/console/cursor.ts';
import { type EventFilter, serveEvents } from '../../../services/console/event-stream.ts';
import type { StateView } from '../../../services/console/state-view.ts';
import { eventually } from '../../support/eventually.ts';
import {
  identity,
  manualFollower,
  openView,
  session,
  sessionRecord,
  streamKey,
  tombstone,
  video,
  videoRecord,
} from './fixture.ts';

const maxPositionAgeMs = 60_000;

type Event = { id: string | null; name: string; data: Record<string, unknown> };

/** Reads events until stopped, as a browser would. */
function reader(
  view: StateView,
  lastEventId: string | null,
  filter: EventFilter = {},
  follower: ReturnType<typeof manualFollower> = manualFollower(),
) {
  const stopped = new AbortController();
  const events: Event[] = [];
  const done = serveEvents({
    view,
    follower,
    clock: systemClock,
    epoch: 'e1',
    maxPositionAgeMs,
    filter,
    lastEventId,
    sink: {
      signal: stopped.signal,
      write: async (text) => {
        for (const block of text.split('\n\n').filter((part) => part !== '' && !part.startsWith(':'))) {
          const field = (name: string) =>
            block
              .split('\n')
              .find((line) => line.startsWith(`${name}: `))
              ?.slice(name.length + 2) ?? null;
          events.push({
            id: field('id'),
            name: field('event') ?? '',
            data: JSON.parse(field('data') ?? '{}') as Record<string, unknown>,
          });
        }
      },
    },
  });
  return {
    events,
    announce: follower.announce,
    live: () => eventually(() => expect(events.some(({ name }) => name === 'live')).toBe(true)),
    stop: async () => {
      stopped.abort();
      await done;
    },
  };
}

const shown = (events: Event[]) => events.filter(({ name }) => name === 'video' || name === 'session');

describe('the live subscription', () => {
  test('gives the snapshot, says that it is complete, then gives changes', async () => {
    const view = await openView();
    await view.apply([videoRecord(0, 0, video('a')), sessionRecord(0, session('s'))]);
    const client = reader(view, null);
    await client.live();
    expect(client.events.map(({ name }) => name)).toEqual(['video', 'session', 'live']);
    await view.apply([videoRecord(0, 1, video('a', { revision: 2 }))]);
    client.announce();
    await eventually(() => expect(client.events.at(-1)?.data).toMatchObject({ videoId: 'a', revision: 2 }));
    expect(client.events[0]?.data).not.toHaveProperty('facts');
    await client.stop();
  });

  test('gives the whole snapshot also when states change while it is read', async () => {
    // Entries that were overwritten since the reading of a chunk began were left out. A chunk with fewer changes than
    // entries was taken for the last one, and the reader was told `live` after a fifth of the snapshot.
    const view = await openView();
    const ids = Array.from({ length: 1_000 }, (_, n) => `video-${n}`);
    await view.apply(ids.map((id, n) => videoRecord(0, n, video(id, { revision: 1 }))));
    const { changes } = view;
    let overwritten = 0;
    view.changes = async (...question) => {
      const reading = changes.apply(view, question);
      const offset = ids.length + overwritten;
      await view.apply([videoRecord(0, offset, video(`video-${(overwritten * 200 + 150) % 1_000}`, { revision: 2 }))]);
      overwritten += 1;
      return (await reading) as never;
    };
    const client = reader(view, null, { topic: 'video-state' });
    await client.live();
    const known = new Set(shown(client.events).map(({ data }) => data.videoId));
    expect(ids.filter((id) => !known.has(id))).toEqual([]);
    await client.stop();
  });

  test('filters by video, session, stream and topic', async () => {
    const view = await openView();
    const stream = { domainName: 'play.example.com', appName: 'live', streamName: 'room-42' };
    await view.apply([
      videoRecord(0, 0, video('a', { stream })),
      videoRecord(1, 0, video('b')),
      sessionRecord(0, session('s')),
    ]);
    const keysOf = async (filter: EventFilter) => {
      const client = reader(view, null, filter);
      await client.live();
      await client.stop();
      return shown(client.events).map(({ data }) => data.videoId ?? data.sessionId);
    };
    expect(await keysOf({ videoId: 'b' })).toEqual(['b']);
    expect(await keysOf({ sessionId: 's' })).toEqual(['s']);
    expect(await keysOf({ stream: streamKey })).toEqual(['a', 's']);
    expect(await keysOf({ topic: 'session-state' })).toEqual(['s']);
  });

  test('moves on past what a filter leaves out, so that its id does not grow too old', async () => {
    const view = await openView();
    await view.apply([videoRecord(0, 0, video('a')), videoRecord(0, 1, video('b')), sessionRecord(0, session('s'))]);
    for (const filter of [{ topic: 'session-state' }, { sessionId: 's' }, { videoId: 'z' }] as const) {
      const client = reader(view, null, filter);
      await client.live();
      await client.stop();
      expect(client.events.at(-1)?.id).toBe(encodePosition('e1', view.position()));
    }
  });

  test('an id of other topics or from before forgotten tombstones gets a reset and a new snapshot', async () => {
    const view = await openView();
    await view.apply([videoRecord(0, 0, video('a')), videoRecord(0, 1, video('b')), tombstone(0, 2, 'b', 0)]);
    await view.prune(1);
    for (const id of [
      'other~0.0~0',
      encodePosition('e1', { asOfMs: Date.now(), 'video-state': [1, 0], 'session-state': [0] }),
      'nonsense',
    ]) {
      const client = reader(view, id);
      await client.live();
      expect(client.events.map(({ name }) => name)).toEqual(['reset', 'video', 'live']);
      await client.stop();
    }
  });

  test('an id from before tombstones that may be gone gets a reset, however far its offsets are', async () => {
    // A view that was built after the topic had dropped a tombstone doesn't know that there was one: a reader from
    // before it was resumed, and kept what was deleted.
    const view = await openView();
    await view.apply([videoRecord(0, 0, video('a')), videoRecord(0, 9, video('b'))]);
    const namesFor = async (ageMs: number) => {
      const asOfMs = Date.now() - ageMs;
      const client = reader(view, encodePosition('e1', { asOfMs, 'video-state': [5, 0], 'session-state': [0] }));
      await client.live();
      await client.stop();
      return client.events.map(({ name }) => name);
    };
    expect(await namesFor(2 * maxPositionAgeMs)).toEqual(['reset', 'video', 'video', 'live']);
    expect(await namesFor(maxPositionAgeMs / 2)).toEqual(['video', 'live']);
  });

  test('ids keep their age until all that came since was sent', async () => {
    const view = await openView();
    await view.apply([videoRecord(0, 0, video('a')), videoRecord(0, 1, video('b')), videoRecord(1, 0, video('c'))]);
    await view.markCurrent(Date.now() + 1_000);
    const asOfMs = Date.now() - 1_000;
    const client = reader(view, encodePosition('e1', { asOfMs, 'video-state': [1, 0], 'session-state': [0] }));
    await client.live();
    await client.stop();
    const ages = client.events.map(({ id }) => decodePosition('e1', identity.partitions, id ?? '')?.asOfMs);
    expect(ages).toEqual([asOfMs, asOfMs, view.position().asOfMs]);
  });

  test('nothing but signs of life comes until the view has caught up with the reader', async () => {
    // `live` was said over an empty view while it was still being built, and an id that another instance had given a
    // moment before got a reset.
    const view = await openView();
    const id = encodePosition('e1', { ...view.position(), 'video-state': [2, 0] });
    for (const [lastEventId, found, then] of [
      [null, true, ['video', 'video', 'live']],
      [id, true, ['live']],
      [id, false, ['reset', 'video', 'video', 'live']],
    ] as const) {
      const fresh = await openView();
      const follower = manualFollower();
      const catchUp = Promise.withResolvers<boolean>();
      const asked: unknown[] = [];
      follower.reaches = (offsets) => {
        asked.push(offsets?.['video-state'] ?? null);
        return catchUp.promise;
      };
      const client = reader(fresh, lastEventId, {}, follower);
      await fresh.apply([videoRecord(0, 0, video('a')), videoRecord(0, 1, video('b'))]);
      client.announce();
      await new Promise(setImmediate);
      expect(client.events).toEqual([]);
      catchUp.resolve(found);
      await client.live();
      await client.stop();
      expect(asked).toEqual([lastEventId === null ? null : [2, 0]]);
      expect(client.events.map(({ name }) => name)).toEqual(then);
    }
  });

  test('a reader that comes back misses nothing and sees nothing twice, wherever it left', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ partition: fc.nat(1), key: fc.nat(5), gone: fc.boolean() }), {
          minLength: 1,
          maxLength: 40,
        }),
        fc.array(fc.nat(40), { maxLength: 4 }),
        fc.nat(60),
        async (writes, cuts, leaveAfter) => {
          const view = await openView();
          const next = [0, 0];
          const truth = new Map<string, number | null>();
          const apply = async (part: typeof writes) => {
            for (const write of part) {
              const offset = next[write.partition] ?? 0;
              next[write.partition] = offset + 2;
              const key = `p${write.partition}-${write.key}`;
              await view.apply([
                write.gone
                  ? tombstone(write.partition, offset, key)
                  : videoRecord(write.partition, offset, video(key, { revision: offset })),
              ]);
              truth.set(key, write.gone ? null : offset);
            }
          };
          const known = new Map<string, number | null>();
          const seen = new Set<string>();
          let lastId: string | null = null;
          let from = 0;
          for (const cut of [...cuts.toSorted((a, b) => a - b), writes.length]) {
            await apply(writes.slice(from, cut));
            from = Math.max(from, cut);
            const client = reader(view, lastId);
            await client.live();
            await client.stop();
            // The connection breaks after some events: only those that arrived count.
            const final = cut === writes.length;
            for (const event of client.events.slice(0, final ? undefined : leaveAfter)) {
              lastId = event.id ?? lastId;
              if (event.name !== 'video') continue;
              const key = String(event.data.videoId ?? event.data.key);
              const revision = event.data.deleted ? null : Number(event.data.revision);
              const place = `${key}@${event.id}`;
              expect(seen.has(place)).toBe(false);
              seen.add(place);
              known.set(key, revision);
            }
          }
          expect(Object.fromEntries(known)).toEqual(Object.fromEntries(truth));
        },
      ),
      { numRuns: 12 },
    );
  });
});

describe('positions', () => {
  test('a written position reads back as it was, and nothing else is taken for one', () => {
    const offsets = fc.array(fc.nat(), { minLength: 2, maxLength: 2 });
    fc.assert(
      fc.property(offsets, fc.nat(), fc.nat(), (video, sessions, asOfMs) => {
        const position = { asOfMs, 'video-state': video, 'session-state': [sessions] };
        expect(decodePosition('e', identity.partitions, encodePosition('e', position))).toEqual(position);
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => decodePosition('e', identity.partitions, text) === null));
  });
});
