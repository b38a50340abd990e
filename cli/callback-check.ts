/** Sends the ingress a signed callback that says nothing, through the path of each configured callback URL. */

import { systemPlatform } from '../platform/host/index.ts';
import {
  type CallbackEndpoint,
  checkBody,
  checkHeader,
  headerNames,
  signatureOf,
  signedText,
} from '../services/intake/http/index.ts';

const withinMs = 5_000;

/**
 * Resolves when the ingress took it.
 * @param ingressUrl `http://host:port` of the ingress
 * @throws Error what came back instead, and what that means
 */
export async function checkCallback(ingressUrl: string, endpoint: CallbackEndpoint): Promise<void> {
  const timestamp = String(Math.floor(systemPlatform.now() / 1_000));
  const names = headerNames[endpoint.kind ?? 'vod'];
  const [key] = endpoint.keys;
  const signature = key === undefined ? undefined : signatureOf(signedText(endpoint), timestamp, key);
  const response = await systemPlatform.fetch(`${ingressUrl}${endpoint.path}`, {
    method: 'POST',
    headers: signature === undefined ? {} : { [names.timestamp]: timestamp, [names.signature]: signature },
    body: new Uint8Array(checkBody),
    signal: AbortSignal.timeout(withinMs),
  });
  await response.arrayBuffer();
  const [name, value] = checkHeader;
  if (response.status === 200 && response.headers.get(name) === value) return;
  throw new Error(`it answers ${response.status}: ${meaningOf(response.status)}`);
}

function meaningOf(status: number): string {
  if (status === 403) return 'the ingress that runs has another URL or other keys: start it again with these settings';
  if (status === 404 || status === 405)
    return 'the ingress that runs does not serve this path: start it again with these settings';
  if (status === 200) return 'something else than this ingress, or an older release of it, took it';
  return 'the ingress takes no callbacks now';
}
