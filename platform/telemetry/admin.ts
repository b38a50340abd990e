import Fastify, { type FastifyInstance, type FastifyRequest, type FastifySchema } from 'fastify';
import { isLoopback } from '../../schemas/address.ts';
import { guardHost } from './host-guard.ts';

/** What a role tells of itself. */
export type Health = {
  /** False when the process is stuck and should be restarted. */
  live(): boolean;
  /** Null when ready, else what it waits for, in words. */
  waitingFor(): string | null;
  /** What isn't as it should be though it is ready, in words; null where all is. */
  note?(): string | null;
};

/** What a server that documents its routes says of these. */
export type TelemetrySchemas = Readonly<Record<'health' | 'ready' | 'metrics', FastifySchema>>;

const undocumented: TelemetrySchemas = { health: {}, ready: {}, metrics: {} };

/**
 * Adds `/healthz` and `/readyz` to a server. The status is for everybody, as load balancers and supervisors need it.
 * @param mayKnow who is also told what it waits for, which may name brokers, topics and folders
 */
export function serveHealth(
  app: FastifyInstance,
  health: Health,
  mayKnow: (request: FastifyRequest) => boolean,
  schemas = undocumented,
): void {
  app.get('/healthz', { schema: schemas.health }, (_request, reply) =>
    reply.code(health.live() ? 200 : 503).send({ live: health.live() }),
  );
  app.get('/readyz', { schema: schemas.ready }, (request, reply) => {
    const waitingFor = health.waitingFor();
    const ready = waitingFor === null;
    return reply.code(ready ? 200 : 503).send(mayKnow(request) ? { ready, waitingFor, ...noteOf(health) } : { ready });
  });
}

function noteOf(health: Health): { readonly note?: string } {
  const note = health.note?.() ?? null;
  return note === null ? {} : { note };
}

/** What `/metrics` answers with. */
export type MetricsSource = { readonly contentType: string; metrics(): Promise<string> };

/** Adds `/metrics` to a server. */
export function serveMetrics(app: FastifyInstance, registry: MetricsSource, schemas = undocumented): void {
  app.get('/metrics', { schema: schemas.metrics }, async (_request, reply) => {
    await reply.header('content-type', registry.contentType).send(await registry.metrics());
  });
}

/** A role's own server for metrics and health, with details. Close it with `close()`. */
export async function startAdmin(options: {
  host: string;
  port: number;
  registry: MetricsSource;
  health: Health;
}): Promise<FastifyInstance> {
  const app = Fastify({ forceCloseConnections: true });
  // On other addresses scrapers name it as their network does.
  if (isLoopback(options.host))
    guardHost(app, [], (_request, reply) => reply.code(403).send('this host is not served\n'));
  serveHealth(app, options.health, () => true);
  serveMetrics(app, options.registry);
  await app.listen({ host: options.host, port: options.port });
  return app;
}
