import type { Clock, Message } from '../clock.ts';
import { vodSignature } from './signature.ts';

export type HttpTarget = {
  /** The address as configured: what is signed. */
  readonly callbackUrl: string;
  /** Where it is sent: another address for a receiver behind a proxy. */
  readonly deliverTo: string;
  /** Null leaves the signature headers out. */
  readonly key: string | null;
};

/**
 * One attempt to POST a callback. Only status 200 in time counts. Every attempt has a timestamp and signature of its
 * own.
 */
export async function postCallback(
  clock: Clock,
  target: HttpTarget,
  message: Omit<Message, 'headers'>,
): Promise<boolean> {
  const timestamp = String(Math.floor(clock.now() / 1000));
  const signature: Record<string, string> =
    target.key === null
      ? {}
      : {
          'x-vod-timestamp': timestamp,
          'x-vod-signature': vodSignature(target.callbackUrl, timestamp, target.key),
        };
  const headers = { 'content-type': 'application/json', 'user-agent': 'Apache-HttpClient/4.4.1', ...signature };
  return (await clock.post(target.deliverTo, { ...message, headers })) === 200;
}
