/**
 * Refuses requests for a host that isn't one of ours. A foreign web page may bind its own name to 127.0.0.1 (DNS
 * rebinding) and then reads whatever a server on this machine answers; its name is still in `Host`.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isLoopback, plainAddress } from '../../schemas/address.ts';

/** The host of a `Host` or `Origin` authority: lower case, without port, brackets and the root's dot; null where it is none. */
export function hostNameOf(authority: string | undefined): string | null {
  const found = /^(?:\[([0-9a-f:.]+)\]|([^:[\]/?#@\s,]+))(?::\d{1,5})?$/i.exec(authority ?? '');
  const name = (found?.[1] ?? found?.[2])?.toLowerCase().replace(/(?<=.)\.$/, '');
  return name === undefined ? null : (plainAddress(name) ?? name);
}

/**
 * Lets in requests for a loopback name, for the address that they came in by, and for `hosts`. Not by name alone
 * can a page reach an address as such, so an address is no way around it.
 */
export function guardHost(
  app: FastifyInstance,
  hosts: readonly string[],
  refuse: (request: FastifyRequest, reply: FastifyReply) => unknown,
): void {
  const allowed = new Set(hosts.map((host) => hostNameOf(host) ?? host.toLowerCase()));
  app.addHook('onRequest', async (request, reply) => {
    const name = hostNameOf(request.headers.host);
    const own = plainAddress(request.socket.localAddress ?? '');
    if (name !== null && (name === 'localhost' || isLoopback(name) || name === own || allowed.has(name))) return;
    await refuse(request, reply);
    return reply;
  });
}
