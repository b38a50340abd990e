import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mnsQueue, type Queue } from '../../../connectors/mns/index.ts';

type Request = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
};

const secret = 'testsecret';
let server: Server;
let requests: Request[];
let answer: (request: Request) => { status: number; xml?: string };
let queue: Queue;

beforeEach(async () => {
  requests = [];
  server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const request = {
        method: incoming.method ?? '',
        url: incoming.url ?? '',
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString(),
      };
      requests.push(request);
      const { status, xml } = answer(request);
      outgoing.writeHead(status, xml === undefined ? {} : { 'content-type': 'text/xml;charset=utf-8' }).end(xml);
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  queue = mnsQueue({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    queue: 'vod-callback',
    credentials: { accessKeyId: 'testid', accessKeySecret: secret, securityToken: 'testtoken' },
  });
});
afterEach(async () => {
  queue.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const xml = (root: string, content: string) =>
  `<?xml version="1.0" encoding="UTF-8"?><${root} xmlns="http://mns.aliyuncs.com/doc/v1/">${content}</${root}>`;
const message = (id: string, body: string, dequeueCount = 1) =>
  `<Message><MessageId>${id}</MessageId><ReceiptHandle>${id}==</ReceiptHandle><MessageBodyMD5>x</MessageBodyMD5>` +
  `<MessageBody>${body}</MessageBody><EnqueueTime>1700000000000</EnqueueTime><NextVisibleTime>1700000045000</NextVisibleTime>` +
  `<FirstDequeueTime>1700000015000</FirstDequeueTime><DequeueCount>${dequeueCount}</DequeueCount><Priority>8</Priority></Message>`;

test('receives a batch: bodies unescaped, the lease by the service’s own clock', async () => {
  answer = () => ({
    status: 200,
    xml: xml('Messages', message('m1', '{&quot;VideoId&quot;:&quot;a&quot;}') + message('m2', 'e30=', 3)),
  });
  expect(await queue.receive(16, 20)).toEqual([
    {
      messageId: 'm1',
      receiptHandle: 'm1==',
      body: '{"VideoId":"a"}',
      leaseMs: 30_000,
      dequeueCount: 1,
      waitedMs: 15_000,
    },
    { messageId: 'm2', receiptHandle: 'm2==', body: 'e30=', leaseMs: 10_000, dequeueCount: 3, waitedMs: 15_000 },
  ]);
  expect(requests[0]).toMatchObject({
    method: 'GET',
    url: '/queues/vod-callback/messages?numOfMessages=16&waitseconds=20',
  });
});

test('one message of a batch that lacks its parts leaves the others as they are', async () => {
  answer = () => ({
    status: 200,
    xml: xml(
      'Messages',
      `${message('m1', 'e30=')}<Message/><Message><MessageBody>e30=</MessageBody></Message>${message('m2', 'e30=')}`,
    ),
  });
  const received = await queue.receive(16, 20);
  expect(received.map((one) => one.receiptHandle)).toEqual(['m1==', '', '', 'm2==']);
  expect(received.map((one) => one.waitedMs)).toEqual([15_000, 0, 0, 15_000]);
});

test('signs as the service checks it (cloud facts 2.2), with the token beside', async () => {
  answer = () => ({ status: 200, xml: xml('Messages', message('m1', '{}')) });
  await queue.receive(1, 0);
  const [request] = requests;
  if (request === undefined) throw new Error('no request came');
  const { headers, url } = request;
  const text = `GET\n\n\n${headers.date}\nx-mns-date:${headers['x-mns-date']}\nx-mns-version:2015-06-06\n${url}`;
  expect(headers.authorization).toBe(`MNS testid:${createHmac('sha1', secret).update(text).digest('base64')}`);
  expect(headers['security-token']).toBe('testtoken');
});

test('an empty queue is an empty list', async () => {
  const error = '<Code>MessageNotExist</Code><Message>no message</Message><RequestId>1</RequestId><HostId>h</HostId>';
  answer = () => ({ status: 404, xml: xml('Error', error) });
  expect(await queue.receive(16, 0)).toEqual([]);
});

test('a fault of the service carries its code, and whether trying again may help', async () => {
  const error = (code: string) => `<Code>${code}</Code><Message>m</Message><RequestId>1</RequestId><HostId>h</HostId>`;
  for (const [code, retryable] of [
    ['QueueNotExist', false],
    ['AccessDenied', false],
    ['InternalError', true],
  ] as const) {
    answer = () => ({ status: 400, xml: xml('Error', error(code)) });
    await expect(queue.receive(16, 0)).rejects.toMatchObject({ code, retryable });
  }
});

test('nobody there is retryable', async () => {
  const gone = mnsQueue({
    endpoint: 'http://127.0.0.1:1',
    queue: 'q',
    credentials: { accessKeyId: 'a', accessKeySecret: secret },
  });
  await expect(gone.receive(1, 0)).rejects.toMatchObject({ code: 'ECONNREFUSED', retryable: true });
});

test('deletes a batch and gives what was not deleted', async () => {
  answer = () => ({ status: 204 });
  expect(await queue.remove(['m1==', 'm2=='])).toEqual([]);
  expect(requests[0]).toMatchObject({ method: 'DELETE', url: '/queues/vod-callback/messages' });
  expect(requests[0]?.body).toContain('<ReceiptHandle>m1==</ReceiptHandle><ReceiptHandle>m2==</ReceiptHandle>');
  const failed =
    '<Error><ErrorCode>ReceiptHandleError</ErrorCode><ErrorMessage>m</ErrorMessage><ReceiptHandle>m2==</ReceiptHandle></Error>';
  answer = () => ({ status: 404, xml: xml('Errors', failed) });
  expect(await queue.remove(['m1==', 'm2=='])).toEqual(['m2==']);
});

test('extends a message and gives its new handle', async () => {
  answer = () => ({
    status: 200,
    xml: xml('ChangeVisibility', '<ReceiptHandle>m1-new==</ReceiptHandle><NextVisibleTime>1</NextVisibleTime>'),
  });
  expect(await queue.extend('m1+/==', 60)).toBe('m1-new==');
  expect(requests[0]).toMatchObject({
    method: 'PUT',
    url: '/queues/vod-callback/messages?receiptHandle=m1%2B%2F==&visibilityTimeout=60',
  });
});
