import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../../platform/host/index.ts';
import { rateLimit } from '../../../platform/rate-limit.ts';
import type { Logger, Metrics } from '../../../platform/telemetry/index.ts';
import { admit } from '../admission.ts';
import { deadlines } from '../deadlines.ts';
import { IngressFault } from '../fault.ts';
import { rateLimitPerAddress } from '../rate.ts';
import type { Publisher } from '../record.ts';
import { rememberResends, requestIdentity } from '../resends.ts';
import { bodyMemory, readBody } from './body.ts';
import { checkHeader, isCheck } from './check.ts';
import type { CallbackEndpoint } from './endpoint.ts';
import type { IngressLimits } from './limits.ts';
import { verifier } from './signature.ts';

type RouteOptions = {
  /** Where callbacks are made durable; a 200 waits for it. */
  readonly publisher: Publisher;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** How far a callback's timestamp may be from this machine's clock. */
  readonly windowSeconds: number;
  /** As it is configured. */
  readonly path: string;
  /** The router's name of it. */
  readonly route: string;
  readonly endpoints: readonly CallbackEndpoint[];
  readonly limits: IngressLimits;
};

/** What a request has shown before its body arrives. */
type Authentic = {
  readonly endpoint: CallbackEndpoint;
  readonly timestamp: string;
  readonly signature: string;
  readonly startedAtMs: number;
  /** Ends the answer's time limit; false when it has passed and 503 has been sent. */
  readonly claim: () => boolean;
};

declare module 'fastify' {
  interface FastifyRequest {
    /** Set once a callback's headers have been verified. */
    authentic: Authentic | null;
  }
}

const aMinute = 60_000;

/** A POST to one path: authenticate by the headers, read the body as bytes, publish, answer 200 once it is durable. */
export function callbackRoute(options: RouteOptions): FastifyPluginCallback {
  const { path, limits, metrics, clock, log, publisher, windowSeconds } = options;
  const verify = verifier(options.endpoints, windowSeconds);
  const answers = deadlines(limits.answerWithinMs, clock);
  const rate = rateLimit({ perSecond: limits.callbacksPerSecond, burst: limits.callbacksBurst }, clock);
  const addressRate = rateLimitPerAddress(
    { perSecond: limits.callbacksPerSecondOfAddress, burst: 2 * limits.callbacksPerSecondOfAddress },
    clock,
  );
  const refusalLines = rateLimit({ perSecond: 1 / 10, burst: 1 }, clock);
  // A timestamp is accepted from one window before its time to one window after it.
  const resends = rememberResends({ capacity: limits.resends, lifetimeMs: 2 * windowSeconds * 1000 + aMinute });
  const memory = bodyMemory(limits.waitingBytes);
  let refusedSinceLine = 0;

  function answer(reply: FastifyReply, status: number, reason: string): FastifyReply {
    metrics.count('live2vod_ingress_requests_total', { route: path, status: String(status), reason });
    const known = reply.request.authentic;
    if (known !== null) {
      const seconds = (clock.monotonicMs() - known.startedAtMs) / 1000;
      metrics.observe('live2vod_ingress_request_seconds', { route: path }, seconds);
    }
    return reply.code(status).send();
  }

  /** Not now: the cloud tries again a second later. */
  function refuse(reply: FastifyReply, status: 429 | 503, reason: string): void {
    answer(reply.header('retry-after', '1'), status, reason);
  }

  function logRefusal(request: FastifyRequest, reason: string): void {
    refusedSinceLine += 1;
    if (!refusalLines.take()) return;
    log.warn(
      { path, reason, from: request.ip, refused: refusedSinceLine },
      'refused requests without a valid signature',
    );
    refusedSinceLine = 0;
  }

  function publishOnce(request: Authentic, body: Uint8Array): { resent: boolean; durable: Promise<void> } {
    const receivedAtMs = clock.now();
    const publish = () => {
      const { kind, region } = request.endpoint;
      // Live's bodies have no time: what it signed tells best when it happened.
      const sentAtMs = kind === 'live' && request.timestamp !== '' ? Number(request.timestamp) * 1000 : null;
      const origin = { source: kind === 'live' ? 'live' : 'http', region, receivedAtMs, sentAtMs } as const;
      const { record, reason } = admit(body, origin, limits.bodyBytes);
      if (reason !== null) metrics.count('live2vod_dead_letters_total', { stage: 'ingress', reason });
      return publisher.publish(record);
    };
    if (request.signature === '') return { resent: false, durable: publish() };
    return resends.once(requestIdentity(request.timestamp, request.signature, body), receivedAtMs, publish);
  }

  /** Answers once the body is durable. */
  function serve(known: Authentic, body: Buffer, reply: FastifyReply): void {
    if (isCheck(body)) {
      memory.give(body.length);
      if (known.claim()) answer(reply.header(...checkHeader), 200, 'check');
      return;
    }
    const { resent, durable } = publishOnce(known, body);
    // A resend waits with the first: its bytes are let go right away.
    if (resent) memory.give(body.length);
    durable.then(
      () => {
        if (!resent) memory.give(body.length);
        if (known.claim()) answer(reply, 200, resent ? 'resent' : 'accepted');
      },
      (error: unknown) => {
        if (!resent) memory.give(body.length);
        if (!known.claim()) return;
        const reason = error instanceof IngressFault ? error.code : 'PUBLISH_FAILED';
        refuse(reply, 503, reason);
      },
    );
  }

  return (app, _options, done) => {
    app.decorateRequest('authentic', null);
    // Not in a hook of closing: those run while the last requests still wait for their answers.
    app.server.once('close', answers.stop);

    app.addHook('onRequest', (request, reply, next) => {
      const verdict = verify(request.headers, clock.now());
      if (!verdict.ok) {
        logRefusal(request, verdict.reason);
        // Only what is small is read to its end to keep the connection; the rest isn't worth it.
        if (!(Number(request.headers['content-length']) <= limits.bodyBytes)) reply.header('connection', 'close');
        answer(reply, 403, verdict.reason);
        return;
      }
      if (!addressRate.take(request.socket.remoteAddress ?? '')) return refuse(reply, 429, 'address-rate');
      if (!rate.take()) return refuse(reply, 429, 'rate');
      if (memory.full) return refuse(reply, 503, 'OVERLOADED');
      const overdue = () => {
        if (!reply.sent && !reply.raw.destroyed) answer(reply.header('connection', 'close'), 503, 'ANSWER_OVERDUE');
      };
      request.authentic = { ...verdict, startedAtMs: clock.monotonicMs(), claim: answers.set(overdue) };
      next();
    });

    app.setErrorHandler((error, request, reply) => {
      if (reply.sent || request.authentic?.claim() === false) return reply;
      log.error({ err: error, path }, 'a callback could not be handled');
      return answer(reply, 500, 'defect');
    });

    app.post(options.route, (request, reply) => {
      const known = request.authentic;
      if (known === null) throw new Error('a callback reached its handler without having been authenticated');
      const declaredBytes = Number(request.headers['content-length'] ?? Number.NaN);
      readBody(request.raw, declaredBytes, limits.oversizeBodyBytes, memory, (refused, body) => {
        if (refused !== null) {
          if (known.claim()) answer(reply.header('connection', 'close'), refused.statusCode, refused.code);
          return;
        }
        try {
          serve(known, body, reply);
        } catch (defect) {
          // Thrown out of the body's stream it would end the process.
          reply.send(defect);
        }
      });
    });
    done();
  };
}
