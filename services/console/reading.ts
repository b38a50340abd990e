/**
 * Who may read. Where tokens for reading are set, everything that shows data needs one: as a bearer token, or, from the
 * page, as the cookie of a login, which is all that an `EventSource` can send. The page's own files hold no data; the player's
 * policy tells where a video lies.
 */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ApiFault } from './fault.ts';
import { empty, fault } from './openapi/answers.ts';
import { accepting } from './parse.ts';
import { bearerOf, cookieName, cookieOf, isOneOf, sessionOf } from './token.ts';
import type { ConsoleApp } from './typed-app.ts';

const tokenIs = 'a text of 1 to 1000 characters';

const loggingIn = {
  operationId: 'logIn',
  summary: 'A cookie that opens reading, for browsers: an EventSource can send nothing else',
  body: accepting({ token: z.string(tokenIs).min(1, tokenIs).max(1_000, tokenIs) }),
  response: {
    204: empty('The cookie, which no script can read'),
    400: fault('No token'),
    401: fault('Another token'),
    403: fault('Reading needs no token, and none is set that could be the right one'),
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

/**
 * @param tokens each opens reading; none: reading needs none
 * @param changing the token for what changes something: where reading needs none, a login is held against it, so that none
 *   succeeds with a token that is wrong
 */
export function guardReading(
  app: ConsoleApp,
  tokens: readonly string[],
  changing: string | undefined,
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
    const right = tokens.length === 0 && changing ? [changing] : tokens;
    if (right.length === 0)
      throw new ApiFault(
        403,
        'NO_TOKEN_SET',
        'this console has no token: reading needs none, and nothing can be changed',
      );
    if (!isOneOf(token, right))
      throw new ApiFault(
        401,
        'BAD_TOKEN',
        `this is not the token of this console${tokens.length === 0 ? '; reading needs none' : ''}`,
      );
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
