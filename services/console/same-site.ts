/**
 * Keeps other sites' pages out. A browser says where a request comes from (`Sec-Fetch-Site`, `Origin`); other clients say
 * nothing and are let in. A link to the console may be followed from anywhere: that only shows it.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { hostNameOf } from '../../platform/telemetry/index.ts';
import { ApiFault } from './fault.ts';

/** @param hosts names besides its own under which the console is reached: a proxy may change `Host` */
export function guardSite(app: FastifyInstance, hosts: readonly string[]): void {
  app.addHook('onRequest', async (request) => {
    if (comesFromElsewhere(request, hosts))
      throw new ApiFault(403, 'OTHER_SITE', 'another site may not use this console');
  });
}

function comesFromElsewhere({ method, headers }: FastifyRequest, hosts: readonly string[]): boolean {
  const site = headers['sec-fetch-site'];
  const reading = method === 'GET' || method === 'HEAD';
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    return !(reading && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document');
  if (headers.origin === undefined) return false;
  const authority = /^https?:\/\/(.+)$/i.exec(headers.origin)?.[1];
  if (authority === undefined) return true;
  if (authority.toLowerCase() === headers.host?.toLowerCase()) return false;
  const name = hostNameOf(authority);
  return name === null || !hosts.some((host) => hostNameOf(host) === name);
}
