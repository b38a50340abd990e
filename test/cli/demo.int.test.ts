import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { Admin, IdempotentProducer } from '../../connectors/kafka/index.ts';
import { freePorts } from '../../local/index.ts';
import { eventually } from '../support/eventually.ts';
import { command, ownSettings } from './command.ts';

const stack = inject('stack');

// The second demo emptied the folder of the first, whose stores and tables then lay in deleted files. And a demo took its
// own ports from the user's file, but its roles, which were given another file, didn't; nor did the emulated cloud accept
// a token of other keys.
test('a demo ends with an equal ledger, undisturbed by a second one on its folder; topics in use are left alone', async () => {
  const taken = `test-${randomUUID()}.`;
  const kafka = { brokers: stack.brokers, clientId: 'test-demo' };
  const admin = await Admin.connect(kafka);
  onTestFinished(() => admin.close());
  await admin.ensureTopics([{ name: `${taken}callbacks`, partitions: 1 }]);
  const producer = await IdempotentProducer.connect(kafka);
  await producer.send({ topic: `${taken}callbacks`, key: 'k', value: Buffer.from('of somebody else') });
  await producer.close();
  const { LIVE2VOD_HOME, ...others } = await ownSettings(stack);
  const inFile = { ...others, LIVE2VOD_TOPIC_PREFIX: taken };
  const LIVE2VOD_CONFIG = join(LIVE2VOD_HOME, 'live2vod.yaml');
  writeFileSync(LIVE2VOD_CONFIG, stringify(inFile));
  const settings = { LIVE2VOD_HOME, LIVE2VOD_CONFIG, ALIBABA_CLOUD_SECURITY_TOKEN: 'of other keys' };
  const demo = command(['demo', '--once', '--shows', '1', '--seed', '7'], settings);
  await demo.said(/created /);
  const [emulator = 0] = await freePorts(1);
  const second = command(['demo', '--once', '--shows', '1'], { ...settings, EMULATOR_PORT: String(emulator) });
  expect(await second.status).toBe(69);
  expect(second.text()).toMatch(/^live2vod: .* is in use by process \d+\. .*LIVE2VOD_HOME.*\n$/);

  expect(await demo.status, demo.text()).toBe(0);
  expect(demo.text()).toMatch(/^Equal: /m);
  const prefix = /created \d+ topics (\S+)\*/.exec(demo.text())?.[1] ?? '';
  expect(prefix).toMatch(/^live2vod-demo-/);
  await eventually(async () =>
    expect((await admin.listTopics()).filter((name) => name.startsWith(prefix))).toEqual([]),
  );
  expect((await admin.listTopics()).filter((name) => name.startsWith(taken))).toEqual([`${taken}callbacks`]);
});

test('a demo whose cloud finds its port taken names the setting, and so does what has no usable folder', async () => {
  const settings = await ownSettings(stack);
  const server = createServer();
  await new Promise<void>((listening) => server.listen(Number(settings.EMULATOR_PORT), '127.0.0.1', listening));
  onTestFinished(() => void server.close());
  for (const args of [['demo', '--once'], ['emulate']]) {
    const refused = command(args, settings);
    expect(await refused.status).toBe(69);
    expect(refused.text()).toMatch(/^live2vod: .*EMULATOR_PORT.*\n$/);
  }
  const nowhere = command(['stack', 'start'], { ...settings, LIVE2VOD_HOME: '/dev/null/home' });
  expect(await nowhere.status).toBe(69);
  expect(nowhere.text()).toMatch(/^live2vod: \/dev\/null\/home .*LIVE2VOD_HOME.*\n$/);
});
