import { expect, test } from 'vitest';
import { acs3Signature, sha256 } from '../../../emulator/api/acs3.ts';
import { rpcSignature } from '../../../emulator/api/signature.ts';

const common = { Format: 'JSON', Version: '2017-03-21', SignatureMethod: 'HMAC-SHA1', SignatureVersion: '1.0' };

test('the documented GetVideoPlayAuth example', () => {
  const params = {
    ...common,
    Action: 'GetVideoPlayAuth',
    AccessKeyId: 'testAccessKeyId',
    SignatureNonce: '8f8a035d-6496-4268-afd4-67c22837e38d',
    Timestamp: '2017-10-10T12:02:54Z',
    VideoId: '5aed81b74ba84920be578cdfe004af4b',
  };
  expect(rpcSignature('GET', params, 'testAccessKeySecret')).toBe('Ibgh7y8Vp47LBuAsf5Xhi1SvDss=');
});

test('a POST with characters that encodeURIComponent leaves alone', () => {
  const params = {
    ...common,
    Action: 'SubmitTranscodeJobs',
    AccessKeyId: 'testid',
    SignatureNonce: 'nonce-0001',
    Timestamp: '2024-01-02T03:04:05Z',
    VideoId: '0a1b2c3d4e5f60718293a4b5c6d7e8f9',
    TemplateGroupId: 'ffeeddccbbaa99887766554433221100',
    SessionId: 'v1_0a1b2c3d_ffeeddcc',
    UserData: '{"Extend":"{\\"k\\":\\"v 1*~\\"}"}',
  };
  expect(rpcSignature('POST', params, 'testsecret')).toBe('Ice5Kq/wLSGKgSZwIeT+jMaki8w=');
});

test('the documented example of version 3', () => {
  const headers = {
    host: 'ecs.cn-shanghai.aliyuncs.com',
    'x-acs-action': 'RunInstances',
    'x-acs-content-sha256': sha256(''),
    'x-acs-date': '2023-10-26T10:22:32Z',
    'x-acs-signature-nonce': '3156853299f313e23d1673dc12e1703d',
    'x-acs-version': '2014-05-26',
  };
  const query = { ImageId: 'win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd', RegionId: 'cn-shanghai' };
  const request = { method: 'POST', path: '/', query, headers, body: '', signedHeaders: Object.keys(headers) };
  expect(acs3Signature(request, 'YourAccessKeySecret')).toBe(
    '06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0',
  );
});
