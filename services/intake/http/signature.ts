import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { CallbackEndpoint } from './endpoint.ts';

/** What the headers prove: which endpoint's key signed them, or why they prove nothing. */
export type Verdict =
  | { readonly ok: true; readonly endpoint: CallbackEndpoint; readonly timestamp: string; readonly signature: string }
  | { readonly ok: false; readonly reason: 'unsigned' | 'stale' | 'forged' };

export type Verify = (headers: IncomingHttpHeaders, nowMs: number) => Verdict;

/** Headers that carry time and signature, by the kind of an endpoint. */
export const headerNames = {
  vod: { timestamp: 'x-vod-timestamp', signature: 'x-vod-signature' },
  live: { timestamp: 'ali-live-timestamp', signature: 'ali-live-signature' },
} as const;

const unsigned: Verdict = { ok: false, reason: 'unsigned' };
const stale: Verdict = { ok: false, reason: 'stale' };
const forged: Verdict = { ok: false, reason: 'forged' };

/**
 * What is signed besides time and key (cloud facts 2.1): VOD signs the whole URL as configured, ApsaraVideo Live only
 * its host name.
 */
export function signedText(endpoint: CallbackEndpoint): string {
  return endpoint.kind === 'live' ? new URL(endpoint.url).hostname : endpoint.url;
}

/** Lower-case hex MD5 of `text|timestamp|key`. */
export function signatureOf(text: string, timestamp: string, key: string): string {
  return hash('md5', `${text}|${timestamp}|${key}`, 'hex');
}

/** The signature of a time, kept for the next request: all that the cloud sends within a second is signed alike. */
function expecting(text: string, key: string): (timestamp: string) => Buffer {
  let last = '';
  let signature = Buffer.alloc(0);
  return (timestamp) => {
    if (timestamp !== last) {
      signature = Buffer.from(signatureOf(text, timestamp, key), 'latin1');
      last = timestamp;
    }
    return signature;
  };
}

/**
 * A verifier for the endpoints that share a path. Only headers are read: the signature covers no body (cloud facts 2.1),
 * so a forged request is refused before its body arrives.
 * @param windowSeconds how far the timestamp may be from now, in both directions
 */
export function verifier(endpoints: readonly CallbackEndpoint[], windowSeconds: number): Verify {
  const open = endpoints.find((endpoint) => endpoint.unsigned === true);
  const candidates = endpoints.flatMap((endpoint) =>
    endpoint.keys.map((key) => ({
      endpoint,
      names: headerNames[endpoint.kind ?? 'vod'],
      expected: expecting(signedText(endpoint), key),
    })),
  );

  return function verify(headers, nowMs) {
    let best: Verdict = unsigned;
    let match: CallbackEndpoint | null = null;
    let timestamp = '';
    let signature = '';
    // Every key is tried, also after a match: the time taken must not tell which key of the ring is in use.
    for (const candidate of candidates) {
      const sentAt = headers[candidate.names.timestamp];
      const given = headers[candidate.names.signature];
      if (typeof sentAt !== 'string' || typeof given !== 'string') continue;
      if (!/^\d{10}$/.test(sentAt) || given.length !== 32) {
        best = forged;
        continue;
      }
      if (Math.abs(nowMs / 1000 - Number(sentAt)) > windowSeconds) {
        best = stale;
        continue;
      }
      best = forged;
      const lower = Buffer.from(given.toLowerCase(), 'latin1');
      if (lower.length === 32 && timingSafeEqual(candidate.expected(sentAt), lower) && match === null) {
        match = candidate.endpoint;
        timestamp = sentAt;
        signature = given;
      }
    }
    if (match !== null) return { ok: true, endpoint: match, timestamp, signature };
    return open === undefined ? best : { ok: true, endpoint: open, timestamp: '', signature: '' };
  };
}
