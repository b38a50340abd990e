import { createHash } from 'node:crypto';
import MNS from '@alicloud/mns';
import { describe, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { calmEmulator } from '../world.ts';

const queue = 'vod-callback';

type Answer = Promise<{ readonly code: number; readonly body: unknown }>;

/** What the official client can do; it has no types of its own. */
type Client = {
  get(resource: string, type: string, options: object): Answer;
  setQueueAttributes(queue: string, attributes: object): Answer;
  getQueueAttributes(queue: string): Answer;
  /** Puts the body into XML as it is: what has a meaning there must be escaped. */
  sendMessage(queue: string, message: { readonly MessageBody: string; readonly DelaySeconds?: number }): Answer;
  receiveMessage(queue: string, waitSeconds: number): Answer;
  deleteMessage(queue: string, receiptHandle: string): Answer;
  batchDeleteMessage(queue: string, receiptHandles: readonly string[]): Answer;
  createQueue(queue: string, attributes?: object): Answer;
  deleteQueue(queue: string): Answer;
  listQueue(marker?: string, most?: number, prefix?: string): Answer;
  batchSendMessage(queue: string, messages: readonly object[]): Answer;
  put(resource: string, type: string, body: string): Answer;
  changeMessageVisibility(queue: string, receiptHandle: string, seconds: number): Answer;
};

function clientOf(url: string, accessKeySecret = 'emulator-secret'): Client {
  const client: unknown = new MNS('emulator', { endpoint: url, accessKeyId: 'emulator', accessKeySecret });
  return client as Client;
}

const message = (body: unknown) => body as Record<string, string>;
const one = (handles: unknown) => message((handles as unknown[])[0]);

describe('the queue API under the official client', () => {
  test('callbacks arrive raw and are gone once deleted', async () => {
    const emulator = await calmEmulator({ queue });
    const client = clientOf(emulator.url);
    const { callbacks } = emulator.play({ practices: ['2'], shows: 1, compression: 1e7 });
    const events: string[] = [];
    while (events.length < callbacks) {
      const { body } = await client.get(`/queues/${queue}/messages?numOfMessages=16&waitseconds=5`, 'Messages', {});
      const messages = message(body).Message as unknown as Record<string, string>[];
      for (const { MessageBody = '' } of messages)
        events.push((JSON.parse(MessageBody) as { EventType: string }).EventType);
      await client.batchDeleteMessage(
        queue,
        messages.map(({ ReceiptHandle = '' }) => ReceiptHandle),
      );
    }
    await emulator.whenQuiet();
    expect([...new Set(events)]).toEqual(expect.arrayContaining(['AddLiveRecordVideoComplete']));
    expect(emulator.progress()).toMatchObject({ pending: 0, done: true });
  });

  test('an empty queue is the error that stands for empty', async () => {
    const { url } = await calmEmulator({ queue });
    await expect(clientOf(url).receiveMessage(queue, 0)).rejects.toMatchObject({ name: 'MNSMessageNotExistError' });
  });

  test('a message that isn’t deleted in time comes again, and its old handle is worth nothing', async () => {
    const { url } = await calmEmulator({ queue });
    const client = clientOf(url);
    await client.setQueueAttributes(queue, { VisibilityTimeout: 1 });
    await client.sendMessage(queue, { MessageBody: '{"a":"&lt;&amp;&gt;"}' });
    const first = message((await client.receiveMessage(queue, 5)).body);
    const second = await eventually(async () => message((await client.receiveMessage(queue, 5)).body));
    expect(second).toMatchObject({ MessageBody: '{"a":"<&>"}', DequeueCount: '2', MessageId: first.MessageId });
    await expect(client.deleteMessage(queue, first.ReceiptHandle ?? '')).rejects.toMatchObject({
      name: 'MNSReceiptHandleErrorError',
    });
    expect((await client.deleteMessage(queue, second.ReceiptHandle ?? '')).code).toBe(204);
  });

  test('a delayed message is counted as such and received once its delay is over', async () => {
    const { url } = await calmEmulator({ queue });
    const client = clientOf(url);
    const counts = async () => {
      const { ActiveMessages, InactiveMessages, DelayMessages } = message(
        (await client.getQueueAttributes(queue)).body,
      );
      return { ActiveMessages, InactiveMessages, DelayMessages };
    };
    await client.sendMessage(queue, { MessageBody: 'much later', DelaySeconds: 3_600 });
    await client.setQueueAttributes(queue, { DelaySeconds: 1 });
    await client.sendMessage(queue, { MessageBody: 'by the queue' });
    expect(await counts()).toEqual({ ActiveMessages: '0', InactiveMessages: '0', DelayMessages: '2' });
    await expect(client.receiveMessage(queue, 0)).rejects.toMatchObject({ name: 'MNSMessageNotExistError' });
    const { MessageBody } = message((await client.receiveMessage(queue, 10)).body);
    expect(MessageBody).toBe('by the queue');
    expect(await counts()).toEqual({ ActiveMessages: '0', InactiveMessages: '1', DelayMessages: '1' });
    await expect(client.sendMessage(queue, { MessageBody: 'x', DelaySeconds: 604_801 })).rejects.toMatchObject({
      name: 'MNSInvalidArgumentError',
    });
  });

  test('a longer visibility gives a new handle', async () => {
    const { url } = await calmEmulator({ queue });
    const client = clientOf(url);
    await client.sendMessage(queue, { MessageBody: 'x' });
    const got = message((await client.receiveMessage(queue, 5)).body);
    const extended = message((await client.changeMessageVisibility(queue, got.ReceiptHandle ?? '', 60)).body);
    expect(extended.ReceiptHandle).not.toBe(got.ReceiptHandle);
    const { body: refused } = await client.batchDeleteMessage(queue, [got.ReceiptHandle ?? '']);
    expect(one(refused)).toMatchObject({ ReceiptHandle: got.ReceiptHandle });
    expect((await client.deleteMessage(queue, extended.ReceiptHandle ?? '')).code).toBe(204);
  });

  test('a wrong secret and an unknown queue are refused', async () => {
    const { url } = await calmEmulator({ queue });
    await expect(clientOf(url, 'wrong').receiveMessage(queue, 0)).rejects.toMatchObject({
      name: 'MNSSignatureDoesNotMatchError',
    });
    await expect(clientOf(url).receiveMessage('nobody', 0)).rejects.toMatchObject({ name: 'MNSQueueNotExistError' });
  });

  test('a receiver that waits is woken by an arrival', async () => {
    const { url } = await calmEmulator({ queue });
    const client = clientOf(url);
    const waiting = client.receiveMessage(queue, 20);
    await client.sendMessage(queue, { MessageBody: 'now' });
    expect(message((await waiting).body)).toMatchObject({ MessageBody: 'now' });
  });

  test('a sent message is answered with the MD5 of its body, blanks included, alone and in a batch', async () => {
    const { url } = await calmEmulator({ queue });
    const client = clientOf(url);
    const md5 = (text: string) => createHash('md5').update(text).digest('hex').toUpperCase();
    const alone = message((await client.sendMessage(queue, { MessageBody: ' a ' })).body);
    expect(alone).toEqual({ MessageId: expect.stringMatching(/^[0-9A-F]{32}$/), MessageBodyMD5: md5(' a ') });
    const batch = [{ MessageBody: 'b' }, { MessageBody: 'c', Priority: 1 }];
    const answers = (await client.batchSendMessage(queue, batch)).body as unknown as Record<string, string>[];
    expect(answers.map(({ MessageBodyMD5 }) => MessageBodyMD5)).toEqual([md5('b'), md5('c')]);
    const first = message((await client.receiveMessage(queue, 0)).body);
    expect(first).toMatchObject({ MessageBody: 'c', Priority: '1' });
    const large = { MessageBody: 'x'.repeat(40_000) };
    await expect(client.batchSendMessage(queue, [large, large])).rejects.toMatchObject({
      name: 'MNSInvalidArgumentError',
    });
    await expect(client.batchSendMessage(queue, Array(17).fill({ MessageBody: 'x' }))).rejects.toMatchObject({
      name: 'MNSInvalidArgumentError',
    });
  });

  test('attributes tell when the queue was made and changed, and whether it logs', async () => {
    const { url } = await calmEmulator();
    const client = clientOf(url);
    expect((await client.createQueue('own', { DelaySeconds: 3 })).code).toBe(201);
    expect((await client.createQueue('own', { DelaySeconds: 3 })).code).toBe(204);
    await expect(client.createQueue('own', { DelaySeconds: 4 })).rejects.toMatchObject({
      name: 'MNSQueueAlreadyExistError',
    });
    await client.setQueueAttributes('own', { LoggingEnabled: 'True' });
    expect((await client.getQueueAttributes('own')).body).toMatchObject({
      QueueName: 'own',
      CreateTime: expect.stringMatching(/^\d{10}$/),
      LastModifyTime: expect.stringMatching(/^\d{10}$/),
      LoggingEnabled: 'True',
      DelaySeconds: '3',
    });
    await expect(client.setQueueAttributes('nobody', {})).rejects.toMatchObject({ name: 'MNSQueueNotExistError' });
    await client.deleteQueue('own');
    await expect(client.getQueueAttributes('own')).rejects.toMatchObject({ name: 'MNSQueueNotExistError' });
  });

  test('queues are listed page by page', async () => {
    const { url } = await calmEmulator();
    const client = clientOf(url);
    for (const name of ['b-2', 'b-1', 'a', 'b-3']) await client.createQueue(name);
    const urls = ({ body }: Awaited<Answer>) => (body as Record<string, string>[]).map(({ QueueURL }) => QueueURL);
    expect(urls(await client.listQueue('', 2, 'b'))).toEqual([`${url}/queues/b-1`, `${url}/queues/b-2`]);
    expect(urls(await client.listQueue('b-3', 2, 'b'))).toEqual([`${url}/queues/b-3`]);
  });

  test('a visibility is changed by parameters in either case', async () => {
    const { url } = await calmEmulator({ queue });
    const client = clientOf(url);
    await client.sendMessage(queue, { MessageBody: 'x' });
    const got = message((await client.receiveMessage(queue, 5)).body);
    const where = `/queues/${queue}/messages?ReceiptHandle=${got.ReceiptHandle}&VisibilityTimeout=60`;
    const { body } = await client.put(where, 'ChangeVisibility', '');
    expect(message(body).ReceiptHandle).not.toBe(got.ReceiptHandle);
  });
});
