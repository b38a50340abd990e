import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { exitCode } from '../../cli/exit.ts';
import { calmEmulator } from '../emulator/world.ts';
import { command } from './command.ts';

// Wrong usage and "something would change" had one exit code: a pipeline that plans couldn't tell a typo from a change.
it('record-config plan ends differently for a change, for none and for wrong usage', async () => {
  const emulator = await calmEmulator();
  const home = mkdtempSync(join(tmpdir(), 'live2vod-record-config-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const file = join(home, 'live2vod.yaml');
  const url = 'https://ingress.example.com/callbacks/live';
  const live = { kind: 'live', path: '/callbacks/live', url, keys: ['Abc123Def4567890'], region: 'cn-shanghai' };
  const wants = (more: object, recording: object = {}) =>
    writeFileSync(
      file,
      stringify({
        recording: { configs: [{ domain: 'play.example.com', app: 'live', segments: 'g', ...more }], ...recording },
        callbacks: { endpoints: [live] },
      }),
    );
  wants({});
  const run = async (...args: string[]) => {
    const settings = {
      ...{ LIVE2VOD_HOME: home, LIVE2VOD_CONFIG: file, VOD_ENDPOINT: emulator.url, LIVE_ENDPOINT: emulator.url },
      ...{ ALIBABA_CLOUD_ACCESS_KEY_ID: 'emulator', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'emulator-secret' },
    };
    const { status, text } = command(['record-config', ...args], settings);
    return { status: await status, text: text() };
  };

  expect(await run('plan')).toMatchObject({ status: exitCode.changes, text: expect.stringContaining('1 changes') });
  expect(await run('apply')).toMatchObject({ status: exitCode.ok });
  expect(await run('plan')).toMatchObject({ status: exitCode.ok, text: expect.stringContaining('nothing to change') });
  expect(await run('plan', '--nonsense')).toMatchObject({ status: exitCode.usage });

  // No update takes a bucket: said in the plan, and done only when it is asked for.
  wants({ storageLocation: 'bucket-b' });
  const replaced = expect.stringMatching(
    /-\/\+ play\.example\.com\/live\/\*\n +storageLocation: - → bucket-b\n.*may be cut/,
  );
  expect(await run('plan')).toMatchObject({ status: exitCode.changes, text: replaced });
  const refusal = expect.stringContaining('apply --replace');
  expect(await run('apply')).toMatchObject({ status: exitCode.configuration, text: refusal });
  expect(await run('apply', '--replace')).toMatchObject({ status: exitCode.ok });
  expect(await run('plan')).toMatchObject({ status: exitCode.ok, text: expect.stringContaining('as wanted') });
  expect(await run('list', 'play.example.com')).toMatchObject({
    text: expect.stringContaining('storageLocation: bucket-b'),
  });

  // Live's own record callbacks: added, changed, and deleted because the file says so; the key is never shown.
  const told: string[] = [];
  const plans = async (liveCallback: object, line: RegExp) => {
    wants({ storageLocation: 'bucket-b' }, { liveCallbacks: [{ domain: 'play.example.com', ...liveCallback }] });
    for (const [args, status] of [
      [['plan'], exitCode.changes],
      [['apply'], exitCode.ok],
      [['list', 'play.example.com'], exitCode.ok],
      [['plan'], exitCode.ok],
    ] as const) {
      const ran = await run(...args);
      told.push(ran.text);
      expect(ran, ran.text).toMatchObject({ status });
    }
    expect(told.at(-4)).toMatch(line);
    expect(told.at(-1)).toContain('live callback of play.example.com: as wanted');
  };
  await plans({ url }, /^\+ live callback of play\.example\.com: https:\/\/ingress/m);
  expect(told.at(-2)).toContain('needStatusNotify: true');
  await plans({ url, status: false }, /^~ live callback of play\.example\.com\n +needStatusNotify: true → false/m);
  await plans({ url: 'none' }, /^- live callback of play\.example\.com: goes to https:\/\/ingress/m);
  expect(told.at(-2)).toContain('no live callback');
  expect(told.join('')).not.toContain('Abc123Def4567890');
});
