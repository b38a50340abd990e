/** URL signing of the CDN, type A: `auth_key=<when it ends>-<rand>-<uid>-<md5>` (cloud facts 3.4). */
import { createHash, randomUUID } from 'node:crypto';

/** As set up at the CDN; whoever has it can sign. */
const privateKey = 'emulator-url-signing-key';

const hashOf = (path: string, endsAtSeconds: string, rand: string, uid: string) =>
  createHash('md5').update(`${path}-${endsAtSeconds}-${rand}-${uid}-${privateKey}`).digest('hex');

/** @param path of the address, without host and query */
export function signedPath(path: string, endsAtMs: number): string {
  const seconds = String(Math.floor(endsAtMs / 1000));
  const rand = randomUUID().replaceAll('-', '');
  return `${path}?auth_key=${seconds}-${rand}-0-${hashOf(path, seconds, rand, '0')}`;
}

/** When the address stops being valid, epoch ms; else what the CDN says in `X-Tengine-Error` as it refuses. */
export function judgePath(path: string, authKey: string | undefined, nowMs: number): number | string {
  if (!authKey) return 'denied by req auth: no url arg auth_key';
  const [seconds = '', rand = '', uid = '', hash = ''] = authKey.split('-');
  if (!/^\d{10}$/.test(seconds)) return 'denied by req auth: invalid timestamp';
  if (Number(seconds) * 1000 < nowMs) return 'denied by req auth: expired timestamp';
  return hash === hashOf(path, seconds, rand, uid) ? Number(seconds) * 1000 : 'denied by req auth: invalid md5hash';
}
