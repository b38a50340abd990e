/** `./live2vod doctor cloud` as a person calls it: emulated cloud, real ingress and Kafka. */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { stringify } from 'yaml';
import { exitCode } from '../../cli/exit.ts';
import { calmEmulator } from '../emulator/world.ts';
import { eventually } from '../support/eventually.ts';
import { command, ownSettings } from './command.ts';

const stack = inject('stack');

test('all is well; then each thing that is not says what to do', async () => {
  const own = await ownSettings(stack);
  const url = `http://127.0.0.1:${own.INGRESS_PORT}/callbacks/vod`;
  const emulator = await calmEmulator({ callbackUrl: url, callbackKey: 'Abc123Def456' });
  const file = join(own.LIVE2VOD_HOME, 'live2vod.yaml');
  const liveUrl = `http://127.0.0.1:${own.INGRESS_PORT}/callbacks/live`;
  const endpoint = { kind: 'live', path: '/callbacks/live', url: liveUrl, keys: ['Abc123Def4567890'] };
  const callbacks = { endpoints: [{ ...endpoint, region: 'cn-shanghai' }] };
  const domain = 'play.example.com';
  writeFileSync(file, stringify({ callbacks, recording: { liveCallbacks: [{ domain, url: liveUrl }] } }));
  const settings = {
    LIVE2VOD_CONFIG: file,
    ...own,
    ...{ LIVE2VOD_TOPIC_PREFIX: `test-${randomUUID()}.`, LIVE2VOD_PARTITIONS: '2', LOG_LEVEL: 'silent' },
    ...{ VOD_CALLBACK_URL: url, VOD_CALLBACK_KEYS: 'Abc123Def456' },
    ...{ ALIBABA_CLOUD_ACCESS_KEY_ID: 'emulator', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'emulator-secret' },
    ...{ VOD_ENDPOINT: emulator.url, LIVE_ENDPOINT: emulator.url },
  };
  expect(await command(['topics', 'apply'], settings).status).toBe(exitCode.ok);
  const ingress = command(['run', 'ingress'], settings);
  await eventually(async () => (await fetch(`http://127.0.0.1:${own.INGRESS_PORT}/readyz`)).ok, { timeoutMs: 120_000 });
  const doctor = async (change: Readonly<Record<string, string>> = {}) => {
    const run = command(['doctor', 'cloud'], { ...settings, ...change });
    return { status: await run.status, text: run.text() };
  };

  const unset = await doctor();
  expect(unset.text).toMatch(
    /FAIL {2}Live's own record callbacks of play\.example\.com .*nothing is set\n +→ set it: .*apply/,
  );
  const applied = command(['record-config', 'apply'], settings);
  expect(await applied.status, applied.text()).toBe(exitCode.ok);

  const well = await doctor();
  expect(well, well.text).toMatchObject({ status: exitCode.ok });
  expect(well.text).toMatch(/ok {4}a signed event sent to .* is in test-/);
  expect(well.text).toMatch(/ok {4}a signed event of Live's own sent to .*\/callbacks\/live is in test-/);
  expect(well.text).toMatch(/ok {4}Live's own record callbacks of play\.example\.com go to http/);
  expect(well.text).not.toContain('FAIL');

  const otherKey = await doctor({ VOD_CALLBACK_KEYS: 'Other123Key' });
  expect(otherKey).toMatchObject({ status: exitCode.unavailable });
  expect(otherKey.text).toMatch(/FAIL .*the cloud has another key\n +→ add the key/);
  expect(otherKey.text).toMatch(/FAIL .*it answers 403.*\n +→ start the ingress with these/);

  // The ingress has the file's key.
  const otherFile = join(own.LIVE2VOD_HOME, 'other.yaml');
  const otherEndpoint = { ...endpoint, region: 'cn-shanghai', keys: ['Other123Def45678'] };
  writeFileSync(otherFile, stringify({ callbacks: { endpoints: [otherEndpoint] } }));
  const otherLiveKey = await doctor({ LIVE2VOD_CONFIG: otherFile });
  expect(otherLiveKey.text).toMatch(
    /FAIL {2}a signed event of Live's own sent to .*it answers 403.*\n +→ start the ingress with this file's/,
  );

  const noCloud = await doctor({ VOD_ENDPOINT: 'http://127.0.0.1:9' });
  expect(noCloud.text).toMatch(/FAIL {2}VOD at http:\/\/127\.0\.0\.1:9 answers: .*\n +→ .*VOD_ENDPOINT/);
  ingress.kill('SIGTERM');
  await ingress.status;
  const noIngress = await doctor();
  expect(noIngress.text).toMatch(
    /FAIL {2}a signed event sent to .*ECONNREFUSED.*\n +→ let the URL lead to the ingress/,
  );
});

test('by queue: it is asked whether it is there, is read and brings an event; nothing is said of another way', {
  timeout: 400_000,
}, async () => {
  const own = await ownSettings(stack);
  const emulator = await calmEmulator({ queue: 'vod-callbacks' });
  const file = join(own.LIVE2VOD_HOME, 'live2vod.yaml');
  const queue = { accountId: '1234567890', queue: 'vod-callbacks', region: 'cn-shanghai', endpoint: emulator.url };
  const write = (name: string, read: object) => {
    const callback = { mns: { endpoint: emulator.url, queue: name }, auth: false };
    writeFileSync(file, stringify({ callbacks: { queues: [{ ...queue, ...read }] }, recording: { callback } }));
  };
  const settings = {
    LIVE2VOD_CONFIG: file,
    ...own,
    ...{ LIVE2VOD_TOPIC_PREFIX: `test-${randomUUID()}.`, LIVE2VOD_PARTITIONS: '2', LOG_LEVEL: 'silent' },
    ...{ VOD_CALLBACK_URL: 'http://127.0.0.1:9/callbacks/vod', VOD_CALLBACK_KEYS: 'Abc123Def456' },
    ...{ ALIBABA_CLOUD_ACCESS_KEY_ID: 'emulator', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'emulator-secret' },
    ...{ VOD_ENDPOINT: emulator.url, LIVE_ENDPOINT: emulator.url },
  };
  const run = async (...words: string[]) => {
    const running = command(words, settings);
    return { status: await running.status, text: running.text() };
  };
  write('vod-callbacks', {});
  expect(await run('topics', 'apply')).toMatchObject({ status: exitCode.ok });

  const unset = await run('doctor', 'cloud', '--no-event');
  expect(unset.text).toMatch(
    /FAIL {2}callbacks are sent to where recording\.callback wants them.*\n +→ set it: .*apply/,
  );
  expect(await run('record-config', 'apply')).toMatchObject({ status: exitCode.ok });

  // What nobody reads is told, and no event is said to arrive.
  const unread = await run('doctor', 'cloud');
  expect(unread).toMatchObject({ status: exitCode.unavailable });
  expect(unread.text).toMatch(/FAIL {2}an event put into the queue vod-callbacks .*\n +→ start the role mns/);
  expect(unread.text).not.toContain('a signed event');

  const role = command(['run', 'mns'], settings);
  const well = await run('doctor', 'cloud');
  expect(well, well.text).toMatchObject({ status: exitCode.ok });
  expect(well.text).toMatch(/ok {4}an event put into the queue vod-callbacks is in test-/);
  role.kill('SIGTERM');
  await role.status;

  write('never-created', { queue: 'never-created' });
  expect(await run('record-config', 'apply')).toMatchObject({ status: exitCode.ok });
  const never = await run('doctor', 'cloud');
  expect(never).toMatchObject({ status: exitCode.unavailable });
  expect(never.text).toMatch(/FAIL {2}the queue never-created is there.*QueueNotExist.*\n +→ create it/);

  write('never-created', { queue: 'never-created', endpoint: undefined });
  const elsewhere = await run('doctor', 'cloud');
  expect(elsewhere.text).toMatch(/FAIL {2}callbacks go to the queue .*the role mns reads one of that name at https:/);
  expect(elsewhere.text).toMatch(/warn {2}an event put into the queue .*: not tested/);
  expect(elsewhere.text).not.toContain('a signed event');
});
