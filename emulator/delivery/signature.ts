import { createHash } from 'node:crypto';

/**
 * X-VOD-SIGNATURE: lower-case MD5 hex of `URL|timestamp|key` (cloud facts 2.1). The URL is the configured string, the
 * timestamp the header's ten digits. The body isn't covered.
 */
export function vodSignature(callbackUrl: string, timestamp: string, key: string): string {
  return createHash('md5').update(`${callbackUrl}|${timestamp}|${key}`).digest('hex');
}
