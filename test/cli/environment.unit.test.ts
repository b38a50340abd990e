import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readConfiguration } from '../../cli/environment.ts';

const folder = mkdtempSync(join(tmpdir(), 'live2vod-configuration-'));
afterAll(() => rmSync(folder, { recursive: true }));

function configured(text: string) {
  const file = join(folder, 'live2vod.yaml');
  writeFileSync(file, text);
  return readConfiguration({ LIVE2VOD_CONFIG: file });
}

const recording = `
recording:
  configs:
    - { domain: play.example.com, app: live, cycleSeconds: 1200, segments: group-1, composed: group-2 }
`;
const stream = { domainName: 'play.example.com', appName: 'live', streamName: 'room-42' };

// Both stood in the file and were never compared: the cloud recorded by the one, sessions were judged by the other.
test('what recording: tells the cloud is what sessions go by', () => {
  expect(configured(recording).policies.policyFor(stream)).toMatchObject({
    recording: { cycleSeconds: 1200, disconnectDelaySeconds: 180 },
    composed: { compose: 'cloud' },
  });
});

test('a rule that says otherwise is refused in one line with both places', () => {
  const rule = `policies: [{ match: { app: live }, recording: { cycleSeconds: 3600 } }]`;
  expect(() => configured(`${recording}\n${rule}`)).toThrow(
    /live2vod\.yaml: line 6: policies\[0\]\.recording\.cycleSeconds: 3600, but recording\.configs\[0\] tells the cloud 1200: [^\n]*$/,
  );
});
