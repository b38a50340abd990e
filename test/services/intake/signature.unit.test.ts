import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CallbackEndpoint } from '../../../services/intake/http/endpoint.ts';
import { signatureOf, verifier } from '../../../services/intake/http/signature.ts';

const sentAt = 1_700_000_000;
const atMs = sentAt * 1000;
const vod: CallbackEndpoint = {
  path: '/callbacks/vod',
  url: 'https://ingress.example.com/callbacks/vod',
  keys: ['Abc123Def456'],
  region: 'cn-shanghai',
};
const vodSignature = 'bd46ea87810608a012fc44efc2370211';
const live: CallbackEndpoint = {
  kind: 'live',
  path: '/callbacks/live',
  url: 'https://ingress.example.com/callbacks/live',
  keys: ['Abc123Def4567890'],
  region: 'cn-shanghai',
};

function vodHeaders(signature: string, timestamp: number | string = sentAt) {
  return { 'x-vod-timestamp': String(timestamp), 'x-vod-signature': signature };
}

describe('the signature of a VOD callback (vectors of cloud facts 2.1)', () => {
  test.each([
    ['https://www.example.com/your/callback', '1519375990', 'test123', 'c72b60894140fa98920f1279219b7ed4'],
    ['https://ingress.example.com/callbacks/vod', '1700000000', 'Abc123Def456', vodSignature],
    ['ingress.example.com', '1700000000', 'Abc123Def4567890', 'f74f6f7fe39b24b474668701eac3c0fd'],
  ])('md5(%s|%s|%s)', (text, timestamp, key, expected) => {
    expect(signatureOf(text, timestamp, key)).toBe(expected);
  });

  test('is accepted in either case', () => {
    const verify = verifier([vod], 300);
    expect(verify(vodHeaders(vodSignature), atMs)).toMatchObject({ ok: true, endpoint: vod });
    expect(verify(vodHeaders(vodSignature.toUpperCase()), atMs)).toMatchObject({ ok: true });
  });

  test('is that of its own time, whatever time was asked about before', () => {
    const verify = verifier([vod], 300);
    for (const timestamp of [sentAt, sentAt, sentAt + 1, sentAt]) {
      const isOwn = timestamp === sentAt;
      expect(verify(vodHeaders(vodSignature, timestamp), atMs).ok).toBe(isOwn);
      expect(verify(vodHeaders(signatureOf(vod.url, String(timestamp), 'Abc123Def456'), timestamp), atMs).ok).toBe(
        true,
      );
    }
  });

  test('counts only inside the window, on both sides', () => {
    const verify = verifier([vod], 300);
    for (const ms of [atMs - 300_000, atMs + 300_000]) expect(verify(vodHeaders(vodSignature), ms).ok).toBe(true);
    for (const ms of [atMs - 301_000, atMs + 301_000]) {
      expect(verify(vodHeaders(vodSignature), ms)).toEqual({ ok: false, reason: 'stale' });
    }
  });

  test('any key of the ring is accepted, and each URL of a path says its own region', () => {
    const beijing = {
      ...vod,
      url: 'https://ingress.example.com/callbacks/vod?region=cn-beijing',
      region: 'cn-beijing',
    };
    const verify = verifier([{ ...vod, keys: ['NewKey1', 'OldKey1'] }, beijing], 300);
    for (const [url, key, region] of [
      [vod.url, 'NewKey1', 'cn-shanghai'],
      [vod.url, 'OldKey1', 'cn-shanghai'],
      [beijing.url, 'Abc123Def456', 'cn-beijing'],
    ] as const) {
      const verdict = verify(vodHeaders(signatureOf(url, String(sentAt), key)), atMs);
      expect(verdict).toMatchObject({ ok: true, endpoint: { region } });
    }
    expect(verify(vodHeaders(signatureOf(vod.url, String(sentAt), 'GoneKey1')), atMs).ok).toBe(false);
  });

  test('missing headers are told apart from wrong ones', () => {
    const verify = verifier([vod], 300);
    expect(verify({}, atMs)).toEqual({ ok: false, reason: 'unsigned' });
    expect(verify({ 'x-vod-timestamp': String(sentAt) }, atMs)).toEqual({ ok: false, reason: 'unsigned' });
    expect(verify(vodHeaders('0'.repeat(32)), atMs)).toEqual({ ok: false, reason: 'forged' });
  });

  test('nothing but the signature passes, and nothing throws', () => {
    const verify = verifier([vod], 300);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (timestamp, signature) => {
        expect(verify({ 'x-vod-timestamp': timestamp, 'x-vod-signature': signature }, atMs).ok).toBe(false);
        expect(verify(vodHeaders(signature), atMs).ok).toBe(false);
        expect(verify(vodHeaders(vodSignature, timestamp), atMs).ok).toBe(false);
      }),
    );
  });
});

describe('the signature of a Live callback', () => {
  const headers = { 'ali-live-timestamp': String(sentAt), 'ali-live-signature': 'f74f6f7fe39b24b474668701eac3c0fd' };

  test('covers the host name of the URL only', () => {
    expect(verifier([live], 300)(headers, atMs)).toMatchObject({ ok: true, endpoint: live });
  });

  test('is not accepted for a VOD callback, nor the other way round', () => {
    expect(verifier([{ ...vod, keys: live.keys }], 300)(headers, atMs).ok).toBe(false);
    expect(verifier([{ ...live, keys: vod.keys }], 300)(vodHeaders(vodSignature), atMs).ok).toBe(false);
  });
});

test('an unsigned endpoint takes what no key fits', () => {
  const open: CallbackEndpoint = { ...vod, path: '/open', keys: [], unsigned: true, region: 'test' };
  expect(verifier([open], 300)({}, atMs)).toMatchObject({ ok: true, endpoint: open });
});
