import type { Server } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../../platform/host/index.ts';
import { waitAtMost } from '../../../platform/wait-at-most.ts';

/** With a shared port connections may keep coming for ever. */
const acceptForMs = 1_000;

/**
 * Takes no new connections, answers what has been asked, and resolves when every connection is closed: at the latest
 * after `withinMs` (and the second that accepting may take). Node enforces no time limit on a request any more once its
 * server is closing, so a connection that says nothing, or never finishes its headers, has to be cut.
 */
export async function stopServing(app: FastifyInstance, withinMs: number, clock: Clock): Promise<void> {
  await acceptAll(app.server, clock);
  app.server.close();
  const closed = app.close();
  await waitAtMost(withinMs, closed, clock);
  app.server.closeAllConnections();
  await closed;
}

/**
 * Connections that the kernel has accepted and this process hasn't are reset when it stops to listen. A turn of the
 * event loop accepts one of them: there are none left after a turn that brought none.
 */
async function acceptAll(server: Server, clock: Clock): Promise<void> {
  let accepted = 0;
  const count = () => {
    accepted += 1;
  };
  server.on('connection', count);
  const untilMs = clock.monotonicMs() + acceptForMs;
  let before: number;
  // Not from wherever in a turn this was called: the first look at what has come is at a turn's end.
  await endOfTurn();
  do {
    before = accepted;
    await endOfTurn();
  } while (accepted > before && clock.monotonicMs() < untilMs);
  server.off('connection', count);
}

const endOfTurn = () => new Promise<void>((resolve) => setImmediate(resolve));
