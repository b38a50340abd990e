import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../../emulator/index.ts';
import { call } from './caller.ts';

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
