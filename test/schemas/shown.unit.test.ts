// A password in a URL, or a token in its query, went into faults, logs and what doctor and `schemas check` print.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readSettings } from '../../schemas/settings.ts';
import { shown } from '../../schemas/shown.ts';

test.each([
  ['http://u:p@h:8081/apis?x=1#y', 'http://…@h:8081/apis?…'],
  ['at http://u@h, and https://h2/x/ too', 'at http://…@h, and https://h2/x/ too'],
  ['http://h/a/@user', 'http://h/a/@user'],
  ['http://u:p@w@h/', 'http://…@h/'],
  ['{"url":"http://u:p@h/","x":1}', '{"url":"http://…@h/","x":1}'],
  ['nothing of the kind: a@b', 'nothing of the kind: a@b'],
])('%s', (text, expected) => {
  expect(shown(text)).toBe(expected);
});

test('of every URL that a setting takes, in whatever sentence, the secrets are gone and the host stays', () => {
  const secret = fc
    .stringMatching(/^[!$&'()*+,;=A-Za-z0-9._~%-]{0,6}$/)
    .map((text) => `s3crEt${text.replaceAll('%', '%25')}`);
  const sentence = fc.constantFrom('', 'Error: ', '{"url":"', '(');
  fc.assert(
    fc.property(secret, secret, sentence, (password, token, before) => {
      const url = `https://user:${password}@registry.example.com:8081/api?token=${token}`;
      expect(readSettings({ SCHEMA_REGISTRY_URL: url }).SCHEMA_REGISTRY_URL).toBe(url);
      const text = shown(`${before}${url} is away`);
      expect(text).not.toContain('s3crEt');
      expect(text).toContain('registry.example.com:8081');
    }),
  );
});

test.each([
  'SCHEMA_REGISTRY_URL',
  'CLICKHOUSE_URL',
  'VOD_CALLBACK_URL',
  'VOD_ENDPOINT',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'KAFKA_BROKERS',
])('a refused %s shows no password', (name) => {
  for (const value of [
    'ftp://u:s3crEt@h',
    'u:s3crEt@h',
    'http://u:s3 crEt@h',
    'http://h"?token=s3crEt',
    'h?t=s3crEt',
  ]) {
    let message = 'accepted';
    try {
      readSettings({ [name]: value });
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain(name);
    expect(message).not.toMatch(/s3|crEt/);
  }
});
