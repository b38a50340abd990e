import { expect, test } from 'vitest';
import { expiryOf } from '../../../../services/console/play/expiry.ts';

const askedAtMs = 1_700_000_000_000;

test.each([
  ['the time in auth_key', '?auth_key=1700003600-0-0-abc', 1_700_003_600_000],
  ['also where it has passed', '?auth_key=1600000000-0-0-abc', 1_600_000_000_000],
  ['Expires of a bucket', '?Expires=1700000060&OSSAccessKeyId=a&Signature=b', 1_700_000_060_000],
  ['signed without a time that can be read', '?auth_key=17000036000-0-0-abc', askedAtMs + 600_000],
  ['a signature of version 4', '?x-oss-signature=abc', askedAtMs + 600_000],
  ['not signed', '?Expires=1700000060', null],
  ['no query', '', null],
])('%s', (_, query, expected) => {
  expect(expiryOf(new URL(`http://vod.example.com/a.mp4${query}`), askedAtMs, 600)).toBe(expected);
});
