import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { MnsError, mnsError, sendError } from './answer.ts';
import { registerMessages } from './message-routes.ts';
import type { MnsOptions } from './options.ts';
import { registerQueues } from './queue-routes.ts';
import { mnsSignature } from './signature.ts';

const toleranceMs = 15 * 60 * 1000;

/** The queue API (cloud facts 2.2). */
export function registerMns(root: FastifyInstance, options: MnsOptions): void {
  void root.register((app, _options, done) => {
    app.setErrorHandler((error, _request, reply) =>
      sendError(reply, error instanceof MnsError ? error : new MnsError('InternalServerError', 500, 'Internal error.')),
    );
    app.addHook('onRequest', (_request, reply, next) => {
      const id = randomUUID().replaceAll('-', '').slice(0, 24).toUpperCase();
      void reply.headers({ 'x-mns-request-id': id, 'x-mns-version': '2015-06-06' });
      next();
    });
    app.addHook('preHandler', (request, _reply, next) => {
      authorise(request, options);
      next();
    });
    registerQueues(app, options.queues);
    registerMessages(app, options);
    done();
  });
}

function authorise(request: FastifyRequest, { keys, clock }: MnsOptions): void {
  const [, id, given] = /^MNS ([^:]+):(.+)$/.exec(request.headers.authorization ?? '') ?? [];
  if (id === undefined) throw mnsError.denied();
  const key = keys().find((candidate) => candidate.accessKeyId === id);
  if (!key) throw mnsError.unknownKey();
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(request.headers)) headers[name] = Array.isArray(value) ? value[0] : value;
  const expected = mnsSignature({ method: request.method, headers, resource: request.url }, key.accessKeySecret);
  if (given !== expected) throw mnsError.badSignature();
  if ((headers['security-token'] ?? '') !== (key.securityToken ?? '')) throw mnsError.denied();
  const sentMs = Date.parse(headers.date ?? headers['x-mns-date'] ?? '');
  if (!(Math.abs(clock.now() - sentMs) <= toleranceMs)) throw mnsError.expired();
}
