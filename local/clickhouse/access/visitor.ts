import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { EngineRefusal } from '../status.ts';

const loopback = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Why a request isn't answered, null where it is. The key keeps other users of the machine out; what a browser says of
 * itself keeps web pages out even where the browser has learned the key, e.g. from a typed address.
 */
export function visitorRefusal(request: IncomingMessage, key: string): EngineRefusal | null {
  const { host, origin, 'sec-fetch-site': site } = request.headers;
  if (!isLoopback(host) || hostLines(request) !== 1) {
    // A page whose own name was made to lead here (DNS rebinding) still sends that name.
    return denied('the Host is none of 127.0.0.1, localhost and [::1]: ask by one of these names');
  }
  if (origin !== undefined || (site !== undefined && site !== 'none')) {
    return denied('web pages are not answered: use a ClickHouse client, Grafana or curl');
  }
  const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
  if (query.has('password')) {
    return denied('the key is never taken from a URL, which ends up in logs and histories: send it as a header');
  }
  const given = passwordOf(request);
  if (given === null) return denied(`no key. ${advice}`);
  return same(given, key) ? null : denied(`not the key of this folder. ${advice}`);
}

const advice =
  'Send the content of LIVE2VOD_HOME/clickhouse/key as password: HTTP basic authentication with any user, or the header X-ClickHouse-Key';

const denied = (why: string) =>
  new EngineRefusal(516, `The embedded ClickHouse refuses this request: ${why}. (AUTHENTICATION_FAILED)`);

function isLoopback(host: string | undefined): boolean {
  const name = /^(\[[^\]]*\]|[^:[\]]+)(?::\d{1,5})?$/.exec(host ?? '')?.[1];
  return name !== undefined && loopback.has(name.toLowerCase());
}

/** Node keeps the first of several; something else on the way may have looked at another one. */
function hostLines({ rawHeaders }: IncomingMessage): number {
  return rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length;
}

function passwordOf({ headers }: IncomingMessage): string | null {
  const own = headers['x-clickhouse-key'];
  if (typeof own === 'string') return own;
  const basic = /^basic +([A-Za-z0-9+/=_-]+)$/i.exec(headers.authorization ?? '')?.[1];
  if (basic === undefined) return null;
  const text = Buffer.from(basic, 'base64').toString('utf8');
  return text.includes(':') ? text.slice(text.indexOf(':') + 1) : null;
}

/** Takes as long for every text, of whatever length. */
function same(given: string, key: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(key));
}
