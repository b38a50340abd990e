/** Every callback URL that the ingress serves: that of the settings and those of the file. */

import type { Settings } from '../schemas/settings.ts';
import { type CallbackEndpoint, pathsOfUrl } from '../services/intake/http/index.ts';
import { callbackUrlOf } from './endpoints.ts';

type EndpointSettings = Pick<
  Settings,
  'INGRESS_PORT' | 'VOD_CALLBACK_URL' | 'VOD_CALLBACK_KEYS' | 'VOD_CALLBACK_AUTH' | 'VOD_REGION'
>;

/** Where callbacks are always taken, for a proxy that maps a public path onto it. */
const fixedPath = '/callbacks/vod';

/** The URL of the settings is served on its own path and on the fixed one; without a key, only where none is checked. */
export function callbackEndpointsOf(
  settings: EndpointSettings,
  { endpoints }: { readonly endpoints: readonly CallbackEndpoint[] },
): CallbackEndpoint[] {
  const keys = settings.VOD_CALLBACK_KEYS?.split(',') ?? [];
  const unsigned = settings.VOD_CALLBACK_AUTH === 'off';
  if (!unsigned && keys.length === 0) return [...endpoints];
  const url = callbackUrlOf(settings);
  const paths = new Set([...pathsOfUrl(url), fixedPath]);
  const own = [...paths].map((path) => ({
    path,
    url,
    keys,
    region: settings.VOD_REGION,
    ...(unsigned ? { unsigned: true as const } : {}),
  }));
  return [...own, ...endpoints];
}
