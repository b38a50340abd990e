import { createHmac } from 'node:crypto';
import type { Params } from './params.ts';

/** RFC 3986: everything but letters, digits and `-_.~` is percent-encoded. */
export function rfc3986(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** What is signed (cloud facts 5): method, `/` and the sorted parameters, without Signature itself. */
export function rpcStringToSign(method: string, params: Params): string {
  const pairs = Object.keys(params)
    .filter((name) => name !== 'Signature')
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map((name) => `${rfc3986(name)}=${rfc3986(params[name] ?? '')}`);
  return `${method}&%2F&${rfc3986(pairs.join('&'))}`;
}

/** POP RPC signature v1: base64 of HMAC-SHA1 under `secret&`. */
export function rpcSignature(method: string, params: Params, secret: string): string {
  return createHmac('sha1', `${secret}&`).update(rpcStringToSign(method, params)).digest('base64');
}
