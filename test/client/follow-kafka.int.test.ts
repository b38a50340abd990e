import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type FollowEvent, followKafka, type StateTopic } from '../../client/index.ts';
import { session, video } from '../services/console/fixture.ts';
import { type StateWriter, stateTopics } from './state-topics.ts';

const stack = inject('stack');
let writer: StateWriter;
beforeAll(async () => {
  writer = await stateTopics(stack);
});
afterAll(async () => {
  await writer?.close();
});

const where = () => ({
  brokers: stack.brokers.split(','),
  registryUrl: stack.registryUrl,
  topicPrefix: writer.prefix,
});

/** Events up to and including the one that `last` accepts. */
async function until<T extends StateTopic>(
  events: AsyncIterable<FollowEvent<T>>,
  last: (event: FollowEvent<T>) => boolean,
): Promise<FollowEvent<T>[]> {
  const seen: FollowEvent<T>[] = [];
  for await (const event of events) {
    seen.push(event);
    if (last(event)) break;
  }
  return seen;
}

const isLive = (event: FollowEvent): boolean => event.kind === 'live';
const brief = (event: FollowEvent) =>
  event.kind === 'state' ? `${event.key} ${event.state.revision}` : 'key' in event ? `${event.key} gone` : event.kind;

test('gives the snapshot, then live, then changes; goes on from a position without gap or repeat', async () => {
  await writer.video({ a: video('a', { revision: 1 }), b: video('b', { revision: 1 }) });
  await writer.video({ a: video('a', { revision: 2 }) });
  // The log ends with an aborted record and markers: nobody gets to see those, and the snapshot is complete all the same.
  await writer.abortedVideo({ b: video('b', { revision: 9 }) });

  const events = followKafka({ states: 'video-state', ...where() });
  const snapshot = await (async () => {
    const seen: FollowEvent<'video-state'>[] = [];
    for (let next = await events.next(); !next.done; next = await events.next()) {
      seen.push(next.value);
      if (next.value.kind === 'live') break;
    }
    return seen;
  })();
  expect(snapshot.map(brief).filter((text) => text.startsWith('a'))).toEqual(['a 1', 'a 2']);
  expect(snapshot.map(brief)).toContain('b 1');
  expect(snapshot.map(brief)).not.toContain('b 9');
  expect(snapshot.at(-1)?.kind).toBe('live');
  const first = snapshot[0];
  expect(first?.kind === 'state' && 'facts' in first.state).toBe(false);

  await writer.video({ b: video('b', { revision: 2 }) });
  const change = (await events.next()).value as FollowEvent<'video-state'>;
  expect(brief(change)).toBe('b 2');
  await events.return(undefined);

  await writer.video({ a: null });
  await writer.video({ b: video('b', { revision: 3 }) });
  const resumed = await until(
    followKafka({ states: 'video-state', ...where(), from: change.position }),
    (event) => brief(event) === 'b 3' || event.kind === 'reset',
  );
  expect(new Set(resumed.map(brief).filter((text) => text !== 'live'))).toEqual(new Set(['a gone', 'b 3']));
  expect(resumed.filter((event) => event.kind === 'state')).toHaveLength(1);
  expect(resumed.find((event) => event.kind === 'deleted')).toMatchObject({ key: 'a', reason: 'retired' });
});

test('a state whose revision an aborted one had before is not taken for a repetition', async () => {
  // kafkajs hands out the outer aborted record here; if it stops doing so, this test still holds.
  const aborted = video('c', { revision: 5, status: 'FAILED' });
  await writer.overlappingAborts(aborted, aborted);
  await writer.video({ c: video('c', { revision: 5, status: 'TRANSCODED' }) });
  const seen = await until(followKafka({ states: 'video-state', ...where(), id: 'c' }), isLive);
  const states = seen.filter((event) => event.kind === 'state');
  console.log(`aborted states handed out: ${states.length - 1}`);
  expect(states.at(-1)?.state).toMatchObject({ revision: 5, status: 'TRANSCODED' });
});

test('follows a session to the one that swallowed it, wherever that one lies, also when it resumes', async () => {
  const stream = 'play.example.com/live/room-42/';
  const [early, late] = [`${stream}2026-03-01T09:00:00.000Z`, `${stream}2026-03-01T10:00:00.000Z`];
  const other = 'play.example.com/live/room-7/2026-03-01T09:00:00.000Z';
  // The swallowing session is in the other partition and may be read first.
  await writer.session({ [early]: session(early, { revision: 4 }) }, 0);
  await writer.session({ [late]: session(late, { revision: 1 }), [other]: session(other, { revision: 1 }) }, 1);
  await writer.session({ [late]: session(late, { revision: 2, status: 'MERGED', mergedInto: early }) }, 1);

  const ask = { states: 'session-state', ...where(), id: late } as const;
  const seen = await until(followKafka(ask), isLive);
  expect(seen.map(brief)).toEqual([`${late} 1`, `${late} 2`, `${early} 4`, 'live']);

  await writer.session({ [early]: session(early, { revision: 5 }) }, 0);
  const isLast = (event: FollowEvent) => brief(event) === `${early} 5`;
  const resumed = await until(followKafka({ ...ask, from: seen.at(-1)?.position ?? '' }), isLast);
  expect(resumed.map(brief).filter((text) => text !== 'live')).toEqual([`${early} 5`]);

  // Stopped between the merge and the state that it leads to.
  const between = seen.find((event) => brief(event) === `${late} 2`)?.position ?? '';
  const again = await until(followKafka({ ...ask, from: between }), isLast);
  expect(again.map(brief)).toContain(`${early} 5`);

  const alone = await until(followKafka({ ...ask, followMerged: false }), isLive);
  expect(alone.map(brief)).toEqual([`${late} 1`, `${late} 2`, 'live']);
});

test('an abort ends the iteration, and so does a topic that is not there, with its name', async () => {
  const stop = new AbortController();
  const kinds: string[] = [];
  for await (const event of followKafka({ states: 'session-state', ...where(), signal: stop.signal })) {
    kinds.push(event.kind);
    if (event.kind === 'live') stop.abort();
  }
  expect(kinds.at(-1)).toBe('live');

  const nowhere = followKafka({ states: 'video-state', ...where(), topicPrefix: 'nowhere.' });
  await expect(nowhere.next()).rejects.toMatchObject({ code: 'NO_TOPIC' });
  const foreign = followKafka({ states: 'video-state', ...where(), from: 'session-state/0.0' });
  await expect(foreign.next()).rejects.toMatchObject({ code: 'BAD_POSITION' });
});
