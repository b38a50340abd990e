import { createHmac } from 'node:crypto';

/** Header names in lower case. */
export type SignedRequest = {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Path and query as sent. */
  readonly resource: string;
};

/** The MNS signature (cloud facts 2.2): base64 of HMAC-SHA1 over method, body hash, type, date, x-mns headers, resource. */
export function mnsSignature({ method, headers, resource }: SignedRequest, secret: string): string {
  const own = Object.keys(headers)
    .filter((name) => name.startsWith('x-mns-'))
    .sort((a, b) => (a < b ? -1 : 1))
    .map((name) => `${name}:${headers[name]}\n`)
    .join('');
  const { 'content-md5': md5 = '', 'content-type': type = '', date = headers['x-mns-date'] ?? '' } = headers;
  return createHmac('sha1', secret).update(`${method}\n${md5}\n${type}\n${date}\n${own}${resource}`).digest('base64');
}
