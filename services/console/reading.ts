/**
 * Who may read. Where tokens for reading are set, everything that shows data needs one: as a bearer token, or, from the
 * page, as the cookie of a login, which is all that an `EventSource` can send. The page's own files hold no data; the player's
 * policy tells where a video lies.
 */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ApiFault } from './fault.ts';
import { empty, fault } from './openapi/answers.ts';
import { bearerOf, cookieName, cookieOf, isOneOf, sessionOf } from './token.ts';
import type { ConsoleApp } from './typed-app.ts';

const loggingIn = {
  operationId: 'logIn',
  summary: 'A cookie that opens reading, for browsers: an EventSource can send nothing else',
  body: z.strictObject({ token: z.string().min(1).max(1_000) }),
  response: {
    204: empty('The cookie, which no script can read'),
    400: fault('No token'),
    401: fault('Another token'),
  },
};

const loggingOut = {
  operationId: 'logOut',
  summary: 'Takes the cookie away',
  response: { 204: empty('It is gone') },
};

const open: readonly string[] = ['/api/login', '/api/logout'];

/** Of the routes, by their pattern: a request's own spelling of a path is the router's business. */
const showsData = (pattern: string) =>
  (pattern.startsWith('/api/') || pattern === '/metrics' || pattern === '/player.html') && !open.includes(pattern);

/** @param tokens each opens reading; none: reading needs none */
export function guardReading(
  app: ConsoleApp,
  tokens: readonly string[],
): { readonly mayRead: (request: FastifyRequest) => boolean } {
  const sessions = tokens.map(sessionOf);
  const mayRead = (request: FastifyRequest) =>
    tokens.length === 0 || isOneOf(bearerOf(request), tokens) || isOneOf(cookieOf(request), sessions);

  app.addHook('onRequest', async (request) => {
    if (!showsData(request.routeOptions.url ?? '') || mayRead(request)) return;
    throw new ApiFault(401, 'LOGIN_NEEDED', 'a bearer token is needed to read (CONSOLE_READ_TOKEN, or CONSOLE_TOKEN)');
  });

  app.post('/api/login', { schema: loggingIn }, (request, reply) => {
    const { token } = request.body;
    if (tokens.length > 0 && !isOneOf(token, tokens))
      throw new ApiFault(401, 'BAD_TOKEN', 'this is not the token of this console');
    reply
      .header('set-cookie', cookie(request, sessionOf(token)))
      .code(204)
      .send();
  });

  app.post('/api/logout', { schema: loggingOut }, (request, reply) =>
    reply
      .header('set-cookie', cookie(request, '', '; Max-Age=0'))
      .code(204)
      .send(),
  );

  return { mayRead };
}

function cookie(request: Pick<FastifyRequest, 'protocol' | 'headers'>, value: string, more = ''): string {
  const encrypted = request.protocol === 'https' || request.headers.origin?.startsWith('https:') === true;
  const secure = encrypted ? '; Secure' : '';
  return `${cookieName}=${value}; Path=/; HttpOnly; SameSite=Strict${secure}${more}`;
}
