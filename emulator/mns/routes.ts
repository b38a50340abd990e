import { XMLParser } from 'fast-xml-parser';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AccessKey } from '../api/gate.ts';
import type { Clock } from '../clock.ts';
import { MnsError, mnsError, sendError, sendXml } from './answer.ts';
import { defaultAttributes, type Message, type MessageQueue, type QueueAttributes } from './queue.ts';
import type { Queues } from './queues.ts';
import { mnsSignature } from './signature.ts';

export type MnsOptions = {
  readonly queues: Queues;
  readonly clock: Clock;
  readonly keys: () => readonly AccessKey[];
  /** Long polls that a queue holds at once; null for any number. */
  readonly longPolls: () => number | null;
};

type QueueRoute = { Params: { queue: string }; Querystring: Record<string, string | undefined> };

const parser = new XMLParser({ parseTagValue: false, isArray: (name) => name === 'ReceiptHandle' });
const longestWaitSeconds = 30;
const longestDelaySeconds = 604_800;
const toleranceMs = 15 * 60 * 1000;

/** The queue API (cloud facts 2.2): create, look at and drop queues; send, receive, peek, delete, change visibility. */
export function registerMns(root: FastifyInstance, options: MnsOptions): void {
  void root.register((app, _options, done) => {
    app.setErrorHandler((error, _request, reply) =>
      sendError(reply, error instanceof MnsError ? error : new MnsError('InternalServerError', 500, 'Internal error.')),
    );
    app.addHook('preHandler', (request, _reply, next) => {
      authorise(request, options);
      next();
    });
    registerQueues(app, options.queues);
    registerMessages(app, options);
    done();
  });
}

function registerQueues(app: FastifyInstance, queues: Queues): void {
  app.put<QueueRoute>('/queues/:queue', (request, reply) => {
    const { queue: name } = request.params;
    const attributes = attributesOf(request.body);
    const known = queues.byName.get(name);
    if (known) known.attributes = { ...known.attributes, ...attributes };
    else queues.create(name, attributes);
    return reply
      .code(known ? 204 : 201)
      .header('location', `/queues/${name}`)
      .send();
  });
  app.get<QueueRoute>('/queues/:queue', (request, reply) => {
    const queue = queueOf(queues, request.params.queue);
    const { size, inactive, delayed, attributes } = queue;
    const counts = {
      ActiveMessages: size - inactive - delayed,
      InactiveMessages: inactive,
      DelayMessages: delayed,
    };
    return sendXml(reply, 200, 'Queue', { QueueName: request.params.queue, ...attributes, ...counts });
  });
  app.delete<QueueRoute>('/queues/:queue', (request, reply) => {
    queues.byName.delete(request.params.queue);
    return reply.code(204).send();
  });
}

function registerMessages(app: FastifyInstance, { queues, longPolls }: MnsOptions): void {
  const path = '/queues/:queue/messages';
  app.post<QueueRoute>(path, (request, reply) => {
    const queue = queueOf(queues, request.params.queue);
    const body = field(request.body, 'Message', 'MessageBody');
    if (typeof body !== 'string') throw mnsError.invalid('MessageBody');
    const delay = field(request.body, 'Message', 'DelaySeconds');
    const delaySeconds = whole(
      'DelaySeconds',
      delay === undefined ? undefined : String(delay),
      0,
      longestDelaySeconds,
      queue.attributes.DelaySeconds,
    );
    const MessageId = queue.send(body, delaySeconds);
    if (MessageId === null) throw mnsError.tooLarge();
    return sendXml(reply, 201, 'Message', { MessageId });
  });
  app.get<QueueRoute>(path, async (request, reply) => {
    const queue = queueOf(queues, request.params.queue);
    const { numOfMessages, waitseconds, peekonly } = request.query;
    const count = whole('numOfMessages', numOfMessages, 1, 16, 1);
    const wait = whole('waitseconds', waitseconds, 0, longestWaitSeconds, queue.attributes.PollingWaitSeconds);
    const polls = longPolls() ?? Number.POSITIVE_INFINITY;
    const messages = peekonly === 'true' ? queue.visible(count) : await queue.receive(count, wait * 1000, polls);
    const [first] = messages;
    if (!first) throw mnsError.noMessage();
    if (numOfMessages === undefined) return sendXml(reply, 200, 'Message', described(first));
    return sendXml(reply, 200, 'Messages', { Message: messages.map(described) });
  });
  app.delete<QueueRoute>(path, (request, reply) => {
    const queue = queueOf(queues, request.params.queue);
    const { ReceiptHandle } = request.query;
    if (ReceiptHandle !== undefined) {
      const handled = queue.remove(ReceiptHandle);
      if (handled !== 'done') throw handled === 'stale' ? mnsError.badHandle() : mnsError.noMessage();
      return reply.code(204).send();
    }
    const handles = field(request.body, 'ReceiptHandles', 'ReceiptHandle');
    if (!Array.isArray(handles) || handles.length > 16) throw mnsError.invalid('ReceiptHandles');
    const refused = handles.filter((handle) => queue.remove(String(handle)) !== 'done');
    if (refused.length === 0) return reply.code(204).send();
    const { code: ErrorCode, message: ErrorMessage } = mnsError.badHandle();
    return sendXml(reply, 404, 'Errors', {
      Error: refused.map((handle) => ({ ErrorCode, ErrorMessage, ReceiptHandle: handle })),
    });
  });
  app.put<QueueRoute>(path, (request, reply) => {
    const queue = queueOf(queues, request.params.queue);
    const seconds = whole('visibilityTimeout', request.query.visibilityTimeout, 1, 43_200, 0);
    if (seconds === 0) throw mnsError.invalid('visibilityTimeout');
    const message = queue.extend(request.query.receiptHandle ?? '', seconds);
    if (typeof message === 'string') throw message === 'stale' ? mnsError.badHandle() : mnsError.noMessage();
    const { receiptHandle: ReceiptHandle, nextVisibleAtMs: NextVisibleTime } = message;
    return sendXml(reply, 200, 'ChangeVisibility', { ReceiptHandle, NextVisibleTime });
  });
}

function authorise(request: FastifyRequest, { keys, clock }: MnsOptions): void {
  const [, id, given] = /^MNS ([^:]+):(.+)$/.exec(request.headers.authorization ?? '') ?? [];
  if (id === undefined) throw mnsError.denied();
  const key = keys().find((candidate) => candidate.accessKeyId === id);
  if (!key) throw mnsError.unknownKey();
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(request.headers)) headers[name] = Array.isArray(value) ? value[0] : value;
  const expected = mnsSignature({ method: request.method, headers, resource: request.url }, key.accessKeySecret);
  if (given !== expected) throw mnsError.badSignature();
  if ((headers['security-token'] ?? '') !== (key.securityToken ?? '')) throw mnsError.denied();
  const sentMs = Date.parse(headers.date ?? headers['x-mns-date'] ?? '');
  if (!(Math.abs(clock.now() - sentMs) <= toleranceMs)) throw mnsError.expired();
}

function queueOf(queues: Queues, name: string): MessageQueue {
  const queue = queues.byName.get(name);
  if (!queue) throw mnsError.noQueue();
  return queue;
}

function described(message: Message) {
  const { messageId, body, bodyMd5, enqueuedAtMs, nextVisibleAtMs, receiptHandle } = message;
  return {
    MessageId: messageId,
    ...(receiptHandle === null ? {} : { ReceiptHandle: receiptHandle }),
    MessageBodyMD5: bodyMd5,
    MessageBody: body,
    EnqueueTime: enqueuedAtMs,
    NextVisibleTime: nextVisibleAtMs,
    FirstDequeueTime: message.firstDequeuedAtMs,
    DequeueCount: message.dequeueCount,
    Priority: 8,
  };
}

function whole(name: string, text: string | undefined, from: number, to: number, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!Number.isInteger(value) || value < from || value > to) throw mnsError.invalid(name);
  return value;
}

/** A child of the body's root element; undefined where the body isn't such an element. */
function field(body: unknown, root: string, child: string): unknown {
  const document: unknown = parser.parse(typeof body === 'string' ? body : '');
  const element = (document as Record<string, Record<string, unknown> | undefined>)[root];
  return element?.[child];
}

function attributesOf(body: unknown): Partial<QueueAttributes> {
  const names = Object.keys(defaultAttributes) as (keyof QueueAttributes)[];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = field(body, 'Queue', name);
      return value === undefined ? [] : [[name, whole(name, String(value), 0, 604_800, 0)]];
    }),
  );
}
