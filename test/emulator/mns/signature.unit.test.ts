import { expect, test } from 'vitest';
import { mnsSignature } from '../../../emulator/mns/signature.ts';

test('signs a receive as the reference vector', () => {
  const date = 'Tue, 02 Jan 2024 03:04:05 GMT';
  const headers = { date, 'x-mns-date': date, 'x-mns-version': '2015-06-06' };
  const resource = '/queues/vod-callback/messages?waitseconds=30';
  expect(mnsSignature({ method: 'GET', headers, resource }, 'testsecret')).toBe('Ixas1XlBFXXukKNICtFMcNIR80A=');
});
