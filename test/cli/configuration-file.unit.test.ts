// YAML's own reading made other text of what looks like a number, a truth or nothing: a key `0123456789` lost its zero, a
// password `007` became 7, and nothing said so; where text was demanded the line was not told.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readConfigurationFile } from '../../cli/configuration-file.ts';
import { readConfiguration } from '../../cli/environment.ts';

const folder = mkdtempSync(join(tmpdir(), 'live2vod-file-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'live2vod.yaml');

function settingsOf(content: string) {
  writeFileSync(file, content);
  return readConfigurationFile(file).settings;
}

function refusalOf(content: string): string {
  writeFileSync(file, content);
  try {
    readConfiguration({ LIVE2VOD_CONFIG: file });
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
}

test.each(['0123456789', '007', '1e3', '0x1F', '1.10', 'True', 'off', 'yes', '2026-01-01', '0o17', '.inf', '1_000'])(
  '%s is taken as it is written',
  (text) => {
    expect(settingsOf(`# first\nVOD_CALLBACK_KEYS: ${text} # a key\n`)).toEqual({ VOD_CALLBACK_KEYS: text });
    expect(settingsOf(`a: &same ${text}\nVOD_CALLBACK_KEYS: *same\n`).VOD_CALLBACK_KEYS).toBe(text);
  },
);

test('whatever text stands unquoted is what is read, or the line is told', () => {
  const digits = fc.stringMatching(/^[-+]?[0-9][0-9_]{0,12}(\.[0-9]{0,4})?([eE][-+]?[0-9]{1,3})?$/);
  const words = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9.+_-]{0,11}$/);
  fc.assert(
    fc.property(fc.oneof(digits, words), (text) => {
      writeFileSync(file, `\nCLICKHOUSE_PASSWORD: ${text}\n`);
      let read: unknown;
      try {
        read = readConfigurationFile(file).settings.CLICKHOUSE_PASSWORD;
      } catch (error) {
        expect((error as Error).message).toContain(`${file}:2: `);
        expect(parse(text)).toBeNull();
        return;
      }
      expect(read).toBe(text);
    }),
  );
});

test.each(['~', 'null', 'Null', 'NULL'])('%s may be meant as text: it is refused with its line', (text) => {
  expect(refusalOf(`LOG_LEVEL: info\nCLICKHOUSE_PASSWORD: ${text}\n`)).toMatch(
    /live2vod\.yaml:2: CLICKHOUSE_PASSWORD: .*quotation marks/,
  );
});

test('nothing, and empty text, count as unset', () => {
  writeFileSync(file, "KAFKA_PORT:\nLOG_LEVEL: ''\nCLICKHOUSE_USER: \"\"\nKAFKA_BROKERS: ''\n");
  const { settings } = readConfiguration({ LIVE2VOD_CONFIG: file });
  expect(settings).toMatchObject({ KAFKA_PORT: 9092, LOG_LEVEL: 'info' });
  expect([settings.CLICKHOUSE_USER, settings.KAFKA_BROKERS]).toEqual([undefined, undefined]);
});

test.each([
  ['policies:\n  - match: { stream: 007 }\n', /line 2: policies\[0\]\.match\.stream: .*quotation marks/],
  [
    'policies:\n  - composed:\n      transcode: pipeline\n      templateGroupId: 1e5\n',
    /line 4: policies\[0\]\.composed\.templateGroupId: .*quotation marks/,
  ],
  ['policies:\n  - match: { app: ~ }\n', /line 2: policies\[0\]\.match\.app: .*nothing.*quotation marks/],
  [
    'recording:\n  configs:\n    - { domain: d, app: a, segments: 0123 }\n',
    /line 3: recording\.configs\[0\]\.segments: .*quotation marks/,
  ],
  [
    'callbacks:\n  endpoints:\n    - path: /x\n      url: http://h/x\n      region: cn-shanghai\n      keys: [0123456789]\n',
    /line 6: callbacks\.endpoints\[0\]\.keys\[0\]: .*quotation marks/,
  ],
  ['policies:\n  - recording: { cycleSeconds: 7 }\n', /line 2: policies\[0\]\.recording\.cycleSeconds/],
  ['LOG_LEVEL: info\nKAFKA_PRT: 1\n', /live2vod\.yaml:2: unknown key KAFKA_PRT/],
  ['KAFKA_PORT: abc\n', /live2vod\.yaml:1: KAFKA_PORT/],
  ['CLICKHOUSE_PASSWORD: [a]\n', /live2vod\.yaml:1: CLICKHOUSE_PASSWORD: one text/],
  ['CLICKHOUSE_PASSWORD: !vault x\n', /live2vod\.yaml:1: no valid YAML/],
  ['LOG_LEVEL: info\nLOG_LEVEL: warn\n', /live2vod\.yaml:2: no valid YAML/],
  ['- a\n', /live2vod\.yaml:1: at the top a map/],
])('%j is refused in one line that says where', (content, message) => {
  const refusal = refusalOf(content);
  expect(refusal).toMatch(message);
  expect(refusal).not.toContain('\n');
});

test('~/ is the home folder in the settings that name a path, quoted or not, and in the environment', () => {
  writeFileSync(file, 'LIVE2VOD_HOME: ~/recordings\nKAFKA_SSL_CA_FILE: "~/ca.pem"\n');
  const { settings } = readConfiguration({ LIVE2VOD_CONFIG: file, KAFKA_SSL_KEY_FILE: '~/key.pem' });
  expect(settings).toMatchObject({
    LIVE2VOD_HOME: join(homedir(), 'recordings'),
    KAFKA_SSL_CA_FILE: join(homedir(), 'ca.pem'),
    KAFKA_SSL_KEY_FILE: join(homedir(), 'key.pem'),
  });
  expect(refusalOf('LIVE2VOD_HOME: ~bob/x\n')).toMatch(/LIVE2VOD_HOME: ~bob\/x is not accepted/);
});
