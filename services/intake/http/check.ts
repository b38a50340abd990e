import { checkEventType } from '../../../processors/callback/index.ts';

/**
 * The callback that tries a callback URL: signed and answered like every other, and then left alone, since it says
 * nothing. Told by its exact bytes and by nothing else, which every proxy on the way leaves as they are.
 */
export const checkBody = Buffer.from(JSON.stringify({ EventType: checkEventType }));

/** On the answer to it, so that no other server's 200 is taken for ours. */
export const checkHeader = ['live2vod-check', 'not published'] as const;

export function isCheck(body: Uint8Array): boolean {
  return body.length === checkBody.length && checkBody.equals(body);
}
