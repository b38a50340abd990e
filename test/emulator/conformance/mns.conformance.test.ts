import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Emulator, startEmulator } from '../../../emulator/index.ts';
import { Python } from './python.ts';
import { nodeQueues, pythonQueues, type QueueClient, type Told } from './queue-clients.ts';
import { queueSteps } from './queue-operations.ts';

const libraries = inject('libraries');
const key = { id: 'emulator', secret: 'emulator-secret' };

if (libraries.missing !== null) test.skip(`not run: ${libraries.missing}`, () => {});
else {
  const { python: path } = libraries;
  let python: Python;
  let emulator: Emulator;
  let clients: Readonly<Record<string, QueueClient>>;
  beforeAll(async () => {
    python = new Python(path);
    emulator = await startEmulator({ port: 0 });
    clients = { 'aliyun-mns-sdk': pythonQueues(python), '@alicloud/mns': nodeQueues };
  });
  afterAll(async () => {
    await python.stop();
    await emulator.stop();
  });

  describe.each(['aliyun-mns-sdk', '@alicloud/mns'])('%s', (name) => {
    const queue = name.replaceAll(/\W/g, '-').replace(/^-/, '');
    const handles: string[] = [];
    const sent: string[] = [];

    test.each(queueSteps)('$action', async ({ action, bodies = [], received = [] }) => {
      const named = received.map((index) => handles[index] ?? '');
      const client = clients[name];
      if (!client) throw new Error(`no client ${name}`);
      const outcome = await client({ url: emulator.url, key, action, queue, bodies, handles: named });
      expect(outcome.error).toBeUndefined();
      const told: Told = outcome.error === undefined ? outcome.answer : {};
      sent.push(...bodies);
      if (bodies.length > 0) {
        expect(told.md5s).toEqual(bodies.map((body) => createHash('md5').update(body).digest('hex').toUpperCase()));
      }
      if (action.endsWith('PeekMessage')) expect(sent).toEqual(expect.arrayContaining([...(told.bodies ?? [''])]));
      if (action.endsWith('ReceiveMessage')) {
        expect(told.bodies).toEqual(sent.slice(-(told.bodies?.length ?? 1)));
        handles.push(...(told.handles ?? []));
      }
      if (action === 'ChangeMessageVisibility') handles.splice(received[0] ?? 0, 1, ...(told.handles ?? []));
      if (action === 'GetQueueAttributes') {
        expect(told).toMatchObject({ loggingEnabled: true, createdSeconds: expect.any(Number) });
      }
      if (action === 'ListQueue') expect(told.urls).toEqual([`${emulator.url}/queues/${queue}`]);
    });

    test('is told by its own error that a secret is wrong, and that a queue isn’t there', async () => {
      const order = { url: emulator.url, action: 'GetQueueAttributes', queue: 'nobody', bodies: [], handles: [] };
      const wrong = await clients[name]?.({ ...order, key: { ...key, secret: 'wrong' } });
      expect(wrong?.error?.code).toBe('SignatureDoesNotMatch');
      expect((await clients[name]?.({ ...order, key }))?.error?.code).toBe('QueueNotExist');
    });
  });
}
