import type { Server, Socket } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Clock } from '../../../platform/host/index.ts';
import { type Health, type Logger, type Metrics, serveHealth } from '../../../platform/telemetry/index.ts';
import type { Publisher } from '../record.ts';
import { byPath, type CallbackEndpoint, checkEndpoints } from './endpoint.ts';
import { defaultLimits, type IngressLimits } from './limits.ts';
import { requestPath } from './path.ts';
import { callbackRoute } from './route.ts';

export type IngressOptions = {
  readonly endpoints: readonly CallbackEndpoint[];
  /** Where callbacks are made durable; a 200 waits for it. */
  readonly publisher: Publisher;
  readonly health: Health;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** How far a callback's timestamp may be from this machine's clock. Default 300 s (cloud facts 2.1). */
  readonly windowSeconds?: number;
  readonly limits?: Partial<IngressLimits>;
};

const defaultWindowSeconds = 300;

/**
 * The ingress as a server that isn't listening: tests inject requests, `runIngress` listens.
 * @throws IngressFault BAD_ENDPOINT
 */
export function buildIngress(options: IngressOptions): FastifyInstance {
  checkEndpoints(options.endpoints);
  const limits = { ...defaultLimits, ...options.limits };
  const { publisher, log, metrics, clock, windowSeconds = defaultWindowSeconds } = options;
  const paths = [...byPath(options.endpoints)];
  const routes = new Map(paths.map(([spelling], index) => [spelling, routeAt(index)]));
  const app = Fastify({
    // The router reads patterns into paths (`:id`, `*`) and unescapes them: it only ever sees our own names of them.
    rewriteUrl({ url = '/', method }) {
      // Nearly every request is a callback to a path in its one spelling.
      const spelt = method === 'POST' ? routes.get(url) : undefined;
      if (spelt !== undefined) return spelt;
      const path = requestPath(url);
      const isHealth = path === '/healthz' || path === '/readyz';
      if (isHealth && (method === 'GET' || method === 'HEAD')) return path;
      return (path === null ? undefined : routes.get(path)) ?? nowhere;
    },
    // Its own logger makes a child per request; what is worth a line here is logged where it happens.
    logger: false,
    http: {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersTimeoutMs,
      connectionsCheckingInterval: 500,
    },
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    bodyLimit: limits.oversizeBodyBytes,
    // A callback that arrives while the server closes is served: a 503 would cost it one of its three attempts.
    return503OnClosing: false,
    clientErrorHandler(error, socket) {
      const answer = answerToBrokenRequest(error.code);
      metrics.count('live2vod_ingress_requests_total', { route: 'none', ...answer });
      refuse(socket, answer.status);
    },
  });
  app.server.maxConnections = limits.connections;
  app.server.on('drop', () => {
    metrics.count('live2vod_ingress_requests_total', { route: 'none', status: 'none', reason: 'connections' });
  });

  limitConnectionsOfAddress(app.server, limits.connectionsOfAddress, () => {
    metrics.count('live2vod_ingress_requests_total', { route: 'none', status: 'none', reason: 'address-connections' });
  });

  // Only a callback's body is read, by its route: Fastify's own parsers would hold up to 1 MiB of any other request.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _body, parsed) => parsed(null));
  app.addHttpMethod('POST', { hasBody: false, overrideExisting: true });

  // Anybody reaches this port: what it waits for, and the metrics, are told elsewhere. Every `Host` is served too, since
  // load balancers put in what they like and nothing here is shown to a page.
  serveHealth(app, options.health, () => false);

  for (const [index, [, { path, endpoints }]] of paths.entries()) {
    if (endpoints.some((endpoint) => endpoint.unsigned === true)) {
      log.warn({ path }, 'the signature check is off: any host that reaches this port can publish events');
    }
    const shared = { publisher, log, metrics, clock, windowSeconds, limits };
    app.register(callbackRoute({ ...shared, path, route: routeAt(index), endpoints }));
  }

  app.setNotFoundHandler((request: FastifyRequest, reply: FastifyReply) => {
    const known = paths.find((_, index) => request.url === routeAt(index))?.[1].path;
    const status = known === undefined ? 404 : 405;
    metrics.count('live2vod_ingress_requests_total', {
      route: known ?? 'none',
      status: String(status),
      reason: known === undefined ? 'path' : 'method',
    });
    if (status === 405) reply.header('allow', 'POST');
    return reply.code(status).send('');
  });
  return app;
}

/** The router's names: of the callback path at a place, and of every path that is none of ours. */
const routeAt = (index: number) => `/callback-path/${index}`;
const nowhere = '/nowhere';

/** So that one client that opens connections and keeps them can't take all of them. */
function limitConnectionsOfAddress(server: Server, limit: number, onCut: () => void): void {
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const count = (open.get(address) ?? 0) + 1;
    open.set(address, count);
    socket.once('close', () => {
      const left = (open.get(address) ?? 0) - 1;
      if (left > 0) open.set(address, left);
      else open.delete(address);
    });
    if (count <= limit) return;
    socket.destroy();
    onCut();
  });
}

function answerToBrokenRequest(code: string | undefined): { status: string; reason: string } {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return { status: '408', reason: 'slow' };
  if (code === 'HPE_HEADER_OVERFLOW') return { status: '431', reason: 'headers' };
  return { status: '400', reason: 'malformed' };
}

function refuse(socket: Socket, status: string): void {
  if (socket.writable) socket.write(`HTTP/1.1 ${status} \r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  socket.destroySoon();
}
