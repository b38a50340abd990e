import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../../emulator/index.ts';
import { call, callVersion3 } from './caller.ts';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({
    port: 0,
    accessKeys: [
      { accessKeyId: 'emulator', accessKeySecret: 'emulator-secret' },
      { accessKeyId: 'STS.one', accessKeySecret: 'temporary', securityToken: 'token-1' },
      { accessKeyId: 'STS.old', accessKeySecret: 'temporary', securityToken: 'token-0', expiresAtMs: 1 },
    ],
  });
});
afterAll(() => emulator.stop());

const list = (params: Record<string, string>, options?: Parameters<typeof call>[3]) =>
  call(emulator.url, 'ListTranscodeTask', { VideoId: 'x', ...params }, options);

describe('who may call', () => {
  test('a rightly signed call gets through, by POST and by GET', async () => {
    expect((await list({})).body).toMatchObject({ Code: 'InvalidVideo.NotFound' });
    expect((await list({}, { method: 'GET' })).body).toMatchObject({ Code: 'InvalidVideo.NotFound' });
  });

  test.each([
    ['another secret', {}, { secret: 'wrong' }, 400, 'SignatureDoesNotMatch'],
    ['an unknown key', { AccessKeyId: 'nobody' }, {}, 404, 'InvalidAccessKeyId.NotFound'],
    ['an old timestamp', { Timestamp: '2020-01-01T00:00:00Z' }, {}, 400, 'InvalidTimeStamp.Expired'],
    ['a malformed timestamp', { Timestamp: 'now' }, {}, 400, 'InvalidTimeStamp.Format'],
    ['an unknown action', { Action: 'Fly' }, {}, 404, 'InvalidAction.NotFound'],
    ['an unknown version', { Version: '1999-01-01' }, {}, 400, 'InvalidVersion'],
    [
      'a temporary key without its token',
      { AccessKeyId: 'STS.one' },
      { secret: 'temporary' },
      400,
      'MissingSecurityToken',
    ],
    [
      'a token of another key',
      { AccessKeyId: 'STS.one', SecurityToken: 'token-0' },
      { secret: 'temporary' },
      400,
      'InvalidSecurityToken.MismatchWithAccessKey',
    ],
    [
      'an expired token',
      { AccessKeyId: 'STS.old', SecurityToken: 'token-0' },
      { secret: 'temporary' },
      400,
      'InvalidSecurityToken.Expired',
    ],
  ])('%s is refused', async (_what, params, options, status, Code) => {
    const answer = await list(params as Record<string, string>, options);
    expect(answer).toMatchObject({ status, body: { Code } });
    expect(new Set(Object.keys(answer.body))).toEqual(new Set(['Code', 'HostId', 'Message', 'Recommend', 'RequestId']));
  });

  test('a nonce is good for one call', async () => {
    await list({ SignatureNonce: 'once' });
    expect(await list({ SignatureNonce: 'once' })).toMatchObject({ status: 400, body: { Code: 'SignatureNonceUsed' } });
  });

  test('a temporary key with its token is let in', async () => {
    const answer = await list({ AccessKeyId: 'STS.one', SecurityToken: 'token-1' }, { secret: 'temporary' });
    expect(answer.body).toMatchObject({ Code: 'InvalidVideo.NotFound' });
  });
});

describe('who may call by signature version 3', () => {
  const info = (
    params: Record<string, string>,
    options?: Parameters<typeof callVersion3>[3],
    action = 'ListTranscodeTask',
  ) => callVersion3(emulator.url, action, params, options);

  test('a rightly signed call gets through, with parameters in the query and in a form', async () => {
    for (const form of [false, true]) {
      const { body } = await info({ VideoId: "a b*~!'()/ü" }, { form });
      expect(body).toMatchObject({ Code: 'InvalidVideo.NotFound' });
    }
  });

  test.each([
    ['another secret', { secret: 'wrong' }, 400, 'SignatureDoesNotMatch'],
    ['an unknown key', { accessKeyId: 'nobody' }, 404, 'InvalidAccessKeyId.NotFound'],
    ['an old date', { headers: { 'x-acs-date': '2020-01-01T00:00:00Z' } }, 400, 'InvalidTimeStamp.Expired'],
    ['a malformed date', { headers: { 'x-acs-date': 'now' } }, 400, 'InvalidTimeStamp.Format'],
    ['no date', { headers: { 'x-acs-date': '' } }, 400, 'MissingParameter'],
    ['no nonce', { headers: { 'x-acs-signature-nonce': '' } }, 400, 'MissingParameter'],
    ['no version', { headers: { 'x-acs-version': '' } }, 400, 'MissingParameter'],
    ['an unknown version', { headers: { 'x-acs-version': '1999-01-01' } }, 400, 'InvalidVersion'],
    ['an unknown action', { headers: { 'x-acs-action': 'Fly' } }, 404, 'InvalidAction.NotFound'],
    ['a nonce that isn’t signed', { unsigned: 'x-acs-signature-nonce' }, 400, 'IncompleteSignature'],
    ['a payload without its hash', { headers: { 'x-acs-content-sha256': '' } }, 400, 'IncompleteSignature'],
    ['a temporary key without its token', { accessKeyId: 'STS.one', secret: 'temporary' }, 400, 'MissingSecurityToken'],
    [
      'an expired token',
      { accessKeyId: 'STS.old', secret: 'temporary', headers: { 'x-acs-security-token': 'token-0' } },
      400,
      'InvalidSecurityToken.Expired',
    ],
  ])('%s is refused', async (_what, options, status, Code) => {
    expect(await info({ VideoId: 'x' }, options)).toMatchObject({ status, body: { Code } });
  });

  test('a nonce is good for one call', async () => {
    const headers = { 'x-acs-signature-nonce': 'version-3-once' };
    expect((await info({ VideoId: 'x' }, { headers })).body).toMatchObject({ Code: 'InvalidVideo.NotFound' });
    expect((await info({ VideoId: 'x' }, { headers })).body).toMatchObject({ Code: 'SignatureNonceUsed' });
  });

  test('a temporary key with its token is let in', async () => {
    const headers = { 'x-acs-security-token': 'token-1' };
    const answer = await info({ VideoId: 'x' }, { accessKeyId: 'STS.one', secret: 'temporary', headers });
    expect(answer.body).toMatchObject({ Code: 'InvalidVideo.NotFound' });
  });

  test('a body that was changed on its way is refused', async () => {
    const request = (id: string) => new URLSearchParams({ VideoId: id }).toString();
    const sha = (text: string) => createHash('sha256').update(text).digest('hex');
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'x-acs-content-sha256': sha(request('x')),
    };
    const answer = await info({ VideoId: 'y' }, { form: true, headers });
    expect(answer.body).toMatchObject({ Code: 'SignatureDoesNotMatch' });
  });
});
