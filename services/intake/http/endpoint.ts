import { IngressFault } from '../fault.ts';
import { plainPath } from './path.ts';

/** One callback URL as it is configured at the cloud, and what proves that a request comes from there. */
export type CallbackEndpoint = {
  /** `vod`: ApsaraVideo VOD's event notifications. `live`: ApsaraVideo Live's own record callbacks. Default `vod`. */
  readonly kind?: 'vod' | 'live';
  /** Path that this server listens on, literally, e.g. `/callbacks/vod`. Several endpoints may share one path. */
  readonly path: string;
  /**
   * The URL exactly as configured at the cloud: scheme, port, query string and trailing slash are signed
   * (cloud facts 2.1). What a proxy makes of it before the request gets here doesn't matter.
   */
  readonly url: string;
  /** All are accepted, so that a key can be rotated: add the new one here, change it at the cloud, drop the old one. */
  readonly keys: readonly string[];
  /** Region (or the AppId's region) that this URL is configured in: becomes the record header `region`. */
  readonly region: string;
  /**
   * Accept requests without looking at a signature. Any host that reaches the port can then publish events: only for a
   * closed network, or while the cloud side has no key yet. Warned about at the start.
   */
  readonly unsigned?: true;
};

/** @throws IngressFault BAD_ENDPOINT, one line that names the endpoint and what is wrong with it */
export function checkEndpoints(endpoints: readonly CallbackEndpoint[]): void {
  const bad = (endpoint: CallbackEndpoint, what: string) =>
    new IngressFault('BAD_ENDPOINT', `callback endpoint ${endpoint.path}: ${what}`, { retryable: false });
  if (endpoints.length === 0) {
    throw new IngressFault('BAD_ENDPOINT', 'no callback endpoint: set VOD_CALLBACK_URL and VOD_CALLBACK_KEYS', {
      retryable: false,
    });
  }
  for (const endpoint of endpoints) {
    if (/[?#]/.test(endpoint.path)) throw bad(endpoint, 'the path ends before a ? or #, which are not accepted in it');
    if (plainPath(endpoint.path) === null)
      throw bad(endpoint, 'the path must start with /, and % be followed by two hexadecimal digits');
    if (!URL.canParse(endpoint.url)) throw bad(endpoint, 'the callback URL must be the full http(s) URL');
    if (endpoint.unsigned !== true && endpoint.keys.length === 0) {
      throw bad(endpoint, 'no key: set VOD_CALLBACK_KEYS, or turn the signature check off by VOD_CALLBACK_AUTH=off');
    }
    if (endpoint.keys.some((key) => key === '')) throw bad(endpoint, 'an empty key is not accepted');
  }
}

/** What listens on one path. */
export type CallbackPath = {
  /** As it was configured first: the label of its metrics and logs. */
  readonly path: string;
  readonly endpoints: readonly CallbackEndpoint[];
};

/** What listens, by the one spelling of its path. */
export function byPath(endpoints: readonly CallbackEndpoint[]): Map<string, CallbackPath> {
  const paths = new Map<string, CallbackPath>();
  for (const [spelling, shared] of Map.groupBy(endpoints, ({ path }) => plainPath(path) ?? path)) {
    paths.set(spelling, { path: shared[0]?.path ?? spelling, endpoints: shared });
  }
  return paths;
}
