import { expect, test } from 'vitest';
import { vodSignature } from '../../../emulator/delivery/signature.ts';

test.each([
  ['https://www.example.com/your/callback', '1519375990', 'test123', 'c72b60894140fa98920f1279219b7ed4'],
  ['https://ingress.example.com/callbacks/vod', '1700000000', 'Abc123Def456', 'bd46ea87810608a012fc44efc2370211'],
])('signs %s as the reference vector', (url, timestamp, key, expected) => {
  expect(vodSignature(url, timestamp, key)).toBe(expected);
});
