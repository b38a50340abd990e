import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { heldText } from '../../cli/roles/processor.ts';
import { systemClock } from '../../platform/host/index.ts';
import { serveHealth } from '../../platform/telemetry/admin.ts';
import { ProcessorStatus } from '../../runtime/index.ts';

// Sessions didn't end by time while all was "ready", and nothing showed it.
test('timers that are held back for long are a detail of readiness, with what they wait for', async () => {
  const statuses = { video: new ProcessorStatus(systemClock), session: new ProcessorStatus(systemClock) };
  const app = Fastify();
  serveHealth(app, { live: () => true, waitingFor: () => null, note: () => heldText(statuses) }, () => true);
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
