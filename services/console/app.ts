/** The console's HTTP application, apart from its listener so that tests can inject requests. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import Fastify, { type FastifyInstance } from 'fastify';
import { validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Clock } from '../../platform/host/index.ts';
import {
  guardHost,
  type Health,
  type Logger,
  type Metrics,
  serveHealth,
  serveMetrics,
} from '../../platform/telemetry/index.ts';
import type { Policy } from '../../processors/policy/index.ts';
import { ApiFault } from './fault.ts';
import type { Follower } from './follower.ts';
import type { ReadLatency } from './latency-cache.ts';
import { documentRoutes } from './openapi/document.ts';
import { telemetrySchemas } from './openapi/telemetry.ts';
import { refusal, refuseBrokenQuery } from './parse.ts';
import type { ReadPlay } from './play/read-play.ts';
import { guardReading } from './reading.ts';
import { addClipRoute } from './routes-clips.ts';
import { addDeadLetterRoutes, type DeadLetters } from './routes-dead-letters.ts';
import { addEventRoute } from './routes-events.ts';
import { addJobRoute } from './routes-jobs.ts';
import { addLatencyRoute } from './routes-latency.ts';
import { addPlayRoute } from './routes-play.ts';
import { addStateRoutes } from './routes-states.ts';
import { addTranscodeRoute, type PublishOperatorRequest } from './routes-transcode.ts';
import { guardSite } from './same-site.ts';
import type { StateView } from './state-view.ts';
import { strictHeaders } from './strict-headers.ts';
import type { ConsoleApp } from './typed-app.ts';

export type ConsoleAppOptions = {
  readonly view: StateView;
  readonly follower: Follower;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly health: Health;
  readonly epoch: string;
  /** An event id that is older can't be resumed: half of the time that the topics keep tombstones. */
  readonly maxPositionAgeMs: number;
  readonly token: string | undefined;
  /** `PolicyBook.unknownStream`. */
  readonly unknownStream: Policy;
  readonly publish: PublishOperatorRequest;
  readonly readPlay: ReadPlay;
  /** For how long play addresses are asked for. */
  readonly playSeconds: number;
  readonly readLatency: ReadLatency;
  readonly deadLetters: DeadLetters;
  /** Default 500. */
  readonly maxEventReaders?: number;
  /** Of one address, an IPv6 network /64 counting as one. Default 20. */
  readonly maxEventReadersOfAddress?: number;
  /** Each opens reading. Default none: reading needs no token, which is right only on a port that nothing else reaches. */
  readonly readTokens?: readonly string[];
  /** Hosts by which it is asked for besides loopback names and its own address. Unset: any, for tests that inject. */
  readonly hosts?: readonly string[];
  /** Proxies whose `X-Forwarded-For` is believed, addresses or ranges. Default none. */
  readonly trustedProxies?: readonly string[];
  readonly signal: AbortSignal;
};

const pageFolder = join(import.meta.dirname, '../../web/dist');

export async function buildConsole(options: ConsoleAppOptions): Promise<FastifyInstance> {
  const { trustedProxies = [], hosts } = options;
  const app = Fastify({
    bodyLimit: 64 * 1024,
    routerOptions: { maxParamLength: 1_000 },
    forceCloseConnections: true,
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    schemaErrorFormatter: refusal,
  });
  const routes: ConsoleApp = app.withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  // Answers are typed by their schemas; to check each again would cost more than to make it.
  app.setSerializerCompiler(() => JSON.stringify);

  app.addHook('onSend', async (_request, reply) => {
    // The player's document has a policy of its own.
    const own = reply.getHeader('content-security-policy');
    reply.headers(own === undefined ? strictHeaders : { ...strictHeaders, 'content-security-policy': own });
  });
  app.addHook('onResponse', async (request, reply) => {
    options.metrics.count('live2vod_console_requests_total', {
      route: request.routeOptions.url ?? 'unknown',
      status: String(reply.statusCode),
    });
  });
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof ApiFault) {
      if (error.retryAfterSeconds !== null) reply.header('retry-after', String(error.retryAfterSeconds));
      if (error.status === 401) reply.header('www-authenticate', 'Bearer realm="live2vod"');
      return reply.code(error.status).send({ code: error.code, message: error.message });
    }
    const status =
      typeof error === 'object' && error !== null && 'statusCode' in error ? Number(error.statusCode) : 500;
    const message =
      status < 500 && error instanceof Error ? error.message : 'the console could not answer; see its log';
    if (status >= 500) options.log.error({ err: error, route: request.routeOptions.url }, 'a request was not answered');
    return reply.code(status).send({ code: status < 500 ? 'BAD_REQUEST' : 'INTERNAL', message });
  });
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ code: 'NOT_FOUND', message: 'no such address; see /api/openapi.json' }),
  );

  app.addHook('onRequest', async (request) => refuseBrokenQuery(request.url));

  if (hosts !== undefined)
    guardHost(app, hosts, (request) => {
      const asked = JSON.stringify(request.headers.host ?? '').slice(0, 200);
      throw new ApiFault(403, 'OTHER_HOST', `this console is not asked for as ${asked}: CONSOLE_HOSTS names its hosts`);
    });
  guardSite(app, hosts ?? []);
  await documentRoutes(routes);
  const { mayRead } = guardReading(routes, options.readTokens ?? [], options.token);
  serveHealth(app, options.health, mayRead, telemetrySchemas);
  serveMetrics(app, options.metrics.registry, telemetrySchemas);
  addStateRoutes(routes, options);
  addPlayRoute(routes, { ...options, pageFolder });
  addJobRoute(routes, options);
  addTranscodeRoute(routes, options);
  addClipRoute(routes, options);
  addDeadLetterRoutes(routes, options);
  addLatencyRoute(routes, options.readLatency, options.clock);
  addEventRoute(routes, {
    ...options,
    maxClients: options.maxEventReaders ?? 500,
    maxClientsOfAddress: options.maxEventReadersOfAddress ?? 20,
  });
  if (existsSync(pageFolder)) {
    await app.register(fastifyStatic, { root: pageFolder, cacheControl: false });
  } else {
    app.get('/', (_request, reply) =>
      reply.code(503).send({ code: 'NO_PAGE', message: 'the page is not built: ./live2vod builds it' }),
    );
  }
  return app;
}
