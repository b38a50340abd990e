import Fastify, { type FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';

/** What a role tells of itself. */
export type Health = {
  /** False when the process is stuck and should be restarted. */
  live(): boolean;
  /** Null when ready, else what it waits for, in words. */
  waitingFor(): string | null;
};

/** Adds `/healthz`, `/readyz` and `/metrics` to a server. */
export function serveHealth(app: FastifyInstance, registry: Registry, health: Health): void {
  app.get('/healthz', (_request, reply) => reply.code(health.live() ? 200 : 503).send({ live: health.live() }));
  app.get('/readyz', (_request, reply) => {
    const waitingFor = health.waitingFor();
    return reply.code(waitingFor === null ? 200 : 503).send({ ready: waitingFor === null, waitingFor });
  });
  app.get('/metrics', async (_request, reply) => {
    await reply.header('content-type', registry.contentType).send(await registry.metrics());
  });
}

/** A server of its own for a role that has no port otherwise. Close it with `close()`. */
export async function startAdmin(options: {
  host: string;
  port: number;
  registry: Registry;
  health: Health;
}): Promise<FastifyInstance> {
  const app = Fastify();
  serveHealth(app, options.registry, options.health);
  await app.listen({ host: options.host, port: options.port });
  return app;
}
