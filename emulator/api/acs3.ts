import { createHash, createHmac } from 'node:crypto';
import { rfc3986 } from './signature.ts';

/** The algorithm's name, which opens the Authorization header. */
export const acs3 = 'ACS3-HMAC-SHA256';

/** Header names in lower case. */
export type Headers = Readonly<Record<string, string | undefined>>;

/** What version 3 signs of a request (cloud facts 5.5, 5.6). */
export type Acs3Request = {
  readonly method: string;
  readonly path: string;
  /** Decoded. */
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Headers;
  /** As sent. */
  readonly body: string;
  /** In lower case. */
  readonly signedHeaders: readonly string[];
};

/** The Authorization header taken apart; null where it isn't one of version 3. */
export function acs3Authorization(header: string) {
  const pattern = /^ACS3-HMAC-SHA256\s+Credential=([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-fA-F]+)$/;
  const [, accessKeyId, names, signature] = pattern.exec(header) ?? [];
  if (accessKeyId === undefined || names === undefined || signature === undefined) return null;
  return { accessKeyId, signedHeaders: names.toLowerCase().split(';'), signature: signature.toLowerCase() };
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Method, path, sorted query, signed headers with their values, their names, and the payload's hash. */
export function acs3CanonicalRequest({ method, path, query, headers, body, signedHeaders }: Acs3Request): string {
  const pairs = Object.entries(query)
    .map(([name, value]) => `${rfc3986(name)}=${rfc3986(value)}`)
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const names = signedHeaders.toSorted();
  const lines = names.map((name) => `${name}:${headers[name]?.trim() ?? ''}\n`).join('');
  return [method, path, pairs.join('&'), lines, names.join(';'), sha256(body)].join('\n');
}

export function acs3StringToSign(request: Acs3Request): string {
  return `${acs3}\n${sha256(acs3CanonicalRequest(request))}`;
}

/** Signature version 3: hexadecimal HMAC-SHA256 under the secret. */
export function acs3Signature(request: Acs3Request, secret: string): string {
  return createHmac('sha256', secret).update(acs3StringToSign(request)).digest('hex');
}
