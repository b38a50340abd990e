import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { exitCode } from '../../cli/exit.ts';
import { calmEmulator } from '../emulator/world.ts';
import { command } from './command.ts';

/** The command against an emulated cloud, with a file that is written anew by `wants`. */
async function ourCloud() {
  const emulator = await calmEmulator();
  const home = mkdtempSync(join(tmpdir(), 'live2vod-record-config-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const file = join(home, 'live2vod.yaml');
  const url = 'https://ingress.example.com/callbacks/live';
  const key = 'Abc123Def4567890';
  const live = { kind: 'live', path: '/callbacks/live', url, keys: [key], region: 'cn-shanghai' };
  const wants = (more: object, recording: object = {}) =>
    writeFileSync(
      file,
      stringify({
        recording: { configs: [{ domain: 'play.example.com', app: 'live', segments: 'g', ...more }], ...recording },
        callbacks: { endpoints: [live] },
      }),
    );
  const run = async (...args: string[]) => {
    const settings = {
      ...{ LIVE2VOD_HOME: home, LIVE2VOD_CONFIG: file, VOD_ENDPOINT: emulator.url, LIVE_ENDPOINT: emulator.url },
      ...{ ALIBABA_CLOUD_ACCESS_KEY_ID: 'emulator', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'emulator-secret' },
    };
    const { status, text } = command(['record-config', ...args], settings);
    return { status: await status, text: text() };
  };
  return { wants, run, url, key };
}

// Wrong usage and "something would change" had one exit code: a pipeline that plans couldn't tell a typo from a change.
it('record-config plan ends differently for a change, for none and for wrong usage', async () => {
  const { wants, run } = await ourCloud();
  wants({});
  expect(await run('plan')).toMatchObject({ status: exitCode.changes, text: expect.stringContaining('1 change') });
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
});

it("Live's own record callbacks are added, changed, and deleted because the file says so", async () => {
  const { wants, run, url, key } = await ourCloud();
  const wantsLive = (more: object) =>
    wants({}, { configs: [], liveCallbacks: [{ domain: 'play.example.com', url, ...more }] });
  wantsLive({});
  const added = await run('plan');
  expect(added).toMatchObject({
    ...{ status: exitCode.changes, text: expect.stringMatching(/^\+ live callback of play\.example\.com: https:/m) },
  });
  expect(await run('apply')).toMatchObject({ status: exitCode.ok });
  const again = await run('plan');
  expect(again).toMatchObject({ status: exitCode.ok, text: expect.stringContaining('play.example.com: as wanted') });
  const listed = await run('list', 'play.example.com');
  expect(listed.text).toMatch(
    /live callback\n.*\n? +needStatusNotify: true\n +notifyReqAuth: true\n +notifyAuthKey: \(a key\)/,
  );
  wantsLive({ status: false });
  expect((await run('plan')).text).toMatch(/^~ live callback of play\.example\.com\n +needStatusNotify: true → false/m);
  wantsLive({ url: 'none' });
  expect((await run('plan')).text).toMatch(/^- live callback of play\.example\.com: goes to https:/m);
  expect(added.text + again.text + listed.text).not.toContain(key);
});
