/** Tokens of the console: who may read, who may change something. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { ApiFault } from './fault.ts';

/** In a time that tells nothing of how much of it was right: both sides are hashed to one length first. */
function same(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

/** Whether one of the tokens was given; each is looked at, whichever it was. */
export const isOneOf = (given: string, tokens: readonly string[]): boolean =>
  tokens.reduce((found, token) => same(given, token) || found, false);

/** The token of `Authorization: Bearer …`, '' without one. The scheme is written in any case (RFC 9110, section 11.1). */
export const bearerOf = ({ headers }: FastifyRequest): string =>
  /^bearer +([^ ].*)$/i.exec(headers.authorization ?? '')?.[1] ?? '';

/** What a browser keeps after a login in a token's place: it opens reading, and doesn't tell the token. */
export const sessionOf = (token: string): string =>
  createHmac('sha256', token).update('live2vod console, reading').digest('base64url');

export const cookieName = 'live2vod_reading';

/** The session of the request's cookie, '' without one. */
export function cookieOf({ headers }: FastifyRequest): string {
  const cookies = (headers.cookie ?? '').split(';').map((cookie) => cookie.trim().split('='));
  return cookies.find(([name]) => name === cookieName)?.[1] ?? '';
}

/**
 * For requests that change something.
 * @throws ApiFault 403 where no token is set, 401 where another was given
 */
export function authorize(request: FastifyRequest, token: string | undefined): void {
  if (!token)
    throw new ApiFault(
      403,
      'NO_TOKEN_SET',
      'nothing can be changed here: set CONSOLE_TOKEN and send it as a bearer token',
    );
  if (!isOneOf(bearerOf(request), [token]))
    throw new ApiFault(401, 'BAD_TOKEN', 'a bearer token is needed (CONSOLE_TOKEN)');
}
