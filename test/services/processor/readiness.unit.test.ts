import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { systemClock } from '../../../platform/host/index.ts';
import { serveHealth } from '../../../platform/telemetry/admin.ts';
import { ProcessorStatus } from '../../../runtime/index.ts';
import { heldTimersText, waitingText } from '../../../services/processor/readiness.ts';

const twoStatuses = () => ({ video: new ProcessorStatus(systemClock), session: new ProcessorStatus(systemClock) });

// Sessions didn't end by time while all was "ready", and nothing showed it.
test('timers that are held back for long are a detail of readiness, with what they wait for', async () => {
  const statuses = twoStatuses();
  const app = Fastify();
  serveHealth(app, { live: () => true, waitingFor: () => null, note: () => heldTimersText(statuses) }, () => true);
  const readiness = async () => (await app.inject('/readyz')).json<unknown>();
  statuses.session.timersHeld(15_000, 'callbacks/3 to be worked through to 20, it is at 17');
  expect(await readiness()).toEqual({ ready: true, waitingFor: null });
  statuses.session.timersHeld(75_000, 'callbacks/3 to be worked through to 20, it is at 17');
  expect(await readiness()).toEqual({
    ready: true,
    waitingFor: null,
    note: 'session: timers held back for 75 s, waiting for callbacks/3 to be worked through to 20, it is at 17',
  });
  statuses.session.timersHeld(0, null);
  expect(await readiness()).toEqual({ ready: true, waitingFor: null });
});

test('what is waited for is said per processor, in the words of memberships and tasks', () => {
  const statuses = twoStatuses();
  const { video, session } = statuses;
  session.membership = 'joined';
  session.kafkaReachable = true;
  expect(waitingText(statuses)).toBe('video: Kafka');
  video.kafkaReachable = true;
  expect(waitingText(statuses)).toBe('video: membership joining');
  video.membership = 'restoring';
  video.taskState(0, 'working');
  video.taskState(1, 'restoring');
  video.taskState(2, 'restored');
  expect(waitingText(statuses)).toBe('video: restoring 2 of 3 partitions');
  video.taskState(1, 'blocked');
  expect(waitingText(statuses)).toBe('video: blocked by a hanging transaction in partition 1');
  video.taskState(1, 'closing');
  video.taskState(2, 'paused');
  expect(waitingText(statuses)).toBeNull();
  video.taskState(1, 'closed');
  expect([...video.tasks]).toEqual([
    [0, 'working'],
    [2, 'paused'],
  ]);
});

test('a member that has left, or joins again, is not ready', () => {
  const { video } = twoStatuses();
  video.kafkaReachable = true;
  const ready = (['joining', 'joined', 'working', 'revoking', 'leaving', 'closed'] as const).filter((state) => {
    video.membership = state;
    return video.ready;
  });
  expect(ready).toEqual(['joined', 'working', 'revoking']);
});
