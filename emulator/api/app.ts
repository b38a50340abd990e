import Fastify, { type FastifyInstance } from 'fastify';
import { type CdnOptions, registerCdn } from '../cdn/routes.ts';
import type { MnsOptions } from '../mns/options.ts';
import { registerMns } from '../mns/routes.ts';
import { type Control, registerControl } from './control.ts';
import { type RpcOptions, registerRpc } from './rpc.ts';

/** The HTTP side of the emulator, without a listener, so that a test can inject requests. */
export function buildApp(options: {
  readonly rpc: RpcOptions;
  readonly mns: MnsOptions;
  readonly control: Control;
  readonly cdn: CdnOptions;
}): FastifyInstance {
  const app = Fastify({ logger: false, bodyLimit: 4 * 1024 * 1024, forceCloseConnections: true });
  // As text: signature version 3 covers the body as it was sent.
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, body);
  });
  app.addContentTypeParser(/^(text|application)\/xml/, { parseAs: 'string' }, (_request, body, done) => {
    done(null, body);
  });
  registerRpc(app, options.rpc);
  registerMns(app, options.mns);
  registerControl(app, options.control);
  registerCdn(app, options.cdn);
  return app;
}
