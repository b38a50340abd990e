/**
 * Who may read. Where tokens for reading are set, everything that shows data needs one: as a bearer token, or, from the
 * page, as the cookie of a login, which is all that an `EventSource` can send. The page's own files hold no data.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ApiFault, badRequest } from './fault.ts';
import { bearerOf, cookieName, cookieOf, isOneOf, sessionOf } from './token.ts';

export const loginBody = z.strictObject({ token: z.string().min(1).max(1_000) });

const open: readonly string[] = ['/api/login', '/api/logout'];

/** Of the routes, by their pattern: a request's own spelling of a path is the router's business. */
const showsData = (pattern: string) =>
  (pattern.startsWith('/api/') || pattern === '/metrics') && !open.includes(pattern);

/** @param tokens each opens reading; none: reading needs none */
export function guardReading(
  app: FastifyInstance,
  tokens: readonly string[],
): { readonly mayRead: (request: FastifyRequest) => boolean } {
  const sessions = tokens.map(sessionOf);
  const mayRead = (request: FastifyRequest) =>
    tokens.length === 0 || isOneOf(bearerOf(request), tokens) || isOneOf(cookieOf(request), sessions);

  app.addHook('onRequest', async (request) => {
    if (!showsData(request.routeOptions.url ?? '') || mayRead(request)) return;
    throw new ApiFault(401, 'LOGIN_NEEDED', 'a bearer token is needed to read (CONSOLE_READ_TOKEN, or CONSOLE_TOKEN)');
  });

  app.post('/api/login', (request, reply) => {
    const parsed = loginBody.safeParse(request.body);
    if (!parsed.success) throw badRequest('body: {"token": …} is accepted');
    if (tokens.length > 0 && !isOneOf(parsed.data.token, tokens))
      throw new ApiFault(401, 'BAD_TOKEN', 'this is not the token of this console');
    return setCookie(request, reply, sessionOf(parsed.data.token)).code(204).send();
  });

  app.post('/api/logout', (request, reply) => setCookie(request, reply, '', '; Max-Age=0').code(204).send());

  return { mayRead };
}

function setCookie(request: FastifyRequest, reply: FastifyReply, value: string, more = ''): FastifyReply {
  const encrypted = request.protocol === 'https' || request.headers.origin?.startsWith('https:') === true;
  const secure = encrypted ? '; Secure' : '';
  return reply.header('set-cookie', `${cookieName}=${value}; Path=/; HttpOnly; SameSite=Strict${secure}${more}`);
}
