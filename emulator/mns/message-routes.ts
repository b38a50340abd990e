import type { FastifyInstance } from 'fastify';
import { mnsError, sendXml } from './answer.ts';
import type { MnsOptions } from './options.ts';
import type { Message, MessageQueue } from './queue.ts';
import { child, elements, type QueueRoute, queryOf, queueOf, whole } from './request.ts';

const path = '/queues/:queue/messages';
const longestWaitSeconds = 30;
const longestDelaySeconds = 604_800;
const mostMessages = 16;
/** Bytes of the bodies of one batch. */
const largestBatch = 65_536;

/** SendMessage and BatchSendMessage, Receive-, Peek-, DeleteMessage and their batches, ChangeMessageVisibility. */
export function registerMessages(app: FastifyInstance, { queues, longPolls }: MnsOptions): void {
  app.post<QueueRoute>(path, (request, reply) => {
    const queue = queueOf(queues, request.params.queue);
    const batch = elements(request.body, 'Messages', 'Message');
    if (batch.length > 0) {
      if (batch.length > mostMessages) throw mnsError.invalid('Messages');
      const wishes = batch.map((one) => wishOf(one, queue));
      if (wishes.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0) > largestBatch) throw mnsError.tooLarge();
      return sendXml(reply, 201, 'Messages', { Message: wishes.map((wish) => sent(queue, wish)) });
    }
    return sendXml(reply, 201, 'Message', sent(queue, wishOf(messageOf(request.body), queue)));
  });
  app.get<QueueRoute>(path, async (request, reply) => {
    const queue = queueOf(queues, request.params.queue);
    const number = queryOf(request, 'numOfMessages');
    const count = whole('numOfMessages', number, 1, mostMessages, 1);
    const polling = queue.attributes.PollingWaitSeconds;
    const wait = whole('waitseconds', queryOf(request, 'waitseconds'), 0, longestWaitSeconds, polling);
    const polls = longPolls() ?? Number.POSITIVE_INFINITY;
    const peeks = queryOf(request, 'peekonly') === 'true';
    const messages = peeks ? queue.visible(count) : await queue.receive(count, wait * 1000, polls);
    const [first] = messages;
    if (!first) throw mnsError.noMessage();
    const describe = peeks ? peeked : described;
    if (number === undefined) return sendXml(reply, 200, 'Message', describe(first));
    return sendXml(reply, 200, 'Messages', { Message: messages.map(describe) });
  });
  app.delete<QueueRoute>(path, (request, reply) => {
    const queue = queueOf(queues, request.params.queue);
    const receiptHandle = queryOf(request, 'ReceiptHandle');
    if (receiptHandle !== undefined) {
      const handled = queue.remove(receiptHandle);
      if (handled !== 'done') throw handled === 'stale' ? mnsError.badHandle() : mnsError.noMessage();
      return reply.code(204).send();
    }
    const handles = elements(request.body, 'ReceiptHandles', 'ReceiptHandle').map(String);
    if (handles.length === 0 || handles.length > mostMessages) throw mnsError.invalid('ReceiptHandles');
    const refused = handles.filter((handle) => queue.remove(handle) !== 'done');
    if (refused.length === 0) return reply.code(204).send();
    const { code: ErrorCode, message: ErrorMessage } = mnsError.badHandle();
    return sendXml(reply, 404, 'Errors', {
      Error: refused.map((handle) => ({ ErrorCode, ErrorMessage, ReceiptHandle: handle })),
    });
  });
  app.put<QueueRoute>(path, (request, reply) => {
    const queue = queueOf(queues, request.params.queue);
    const seconds = whole('VisibilityTimeout', queryOf(request, 'VisibilityTimeout'), 1, 43_200, 0);
    if (seconds === 0) throw mnsError.invalid('VisibilityTimeout');
    const message = queue.extend(queryOf(request, 'ReceiptHandle') ?? '', seconds);
    if (typeof message === 'string') throw message === 'stale' ? mnsError.badHandle() : mnsError.noMessage();
    const { receiptHandle: ReceiptHandle, nextVisibleAtMs: NextVisibleTime } = message;
    return sendXml(reply, 200, 'ChangeVisibility', { ReceiptHandle, NextVisibleTime });
  });
}

type Wish = { readonly body: string; readonly delaySeconds: number; readonly priority: number };

/** The root element of a body that is one message, as an element. */
function messageOf(body: unknown): unknown {
  return Object.fromEntries(
    ['MessageBody', 'DelaySeconds', 'Priority'].map((name) => [name, elements(body, 'Message', name)[0]]),
  );
}

function wishOf(element: unknown, queue: MessageQueue): Wish {
  const text = (name: string) => {
    const value = child(element, name);
    return value === undefined ? undefined : String(value);
  };
  const body = child(element, 'MessageBody');
  if (typeof body !== 'string') throw mnsError.invalid('MessageBody');
  if (Buffer.byteLength(body) > queue.attributes.MaximumMessageSize) throw mnsError.tooLarge();
  const { DelaySeconds } = queue.attributes;
  return {
    body,
    delaySeconds: whole('DelaySeconds', text('DelaySeconds'), 0, longestDelaySeconds, DelaySeconds),
    priority: whole('Priority', text('Priority'), 1, 16, 8),
  };
}

function sent(queue: MessageQueue, { body, delaySeconds, priority }: Wish) {
  const message = queue.send(body, { delaySeconds, priority });
  if (message === null) throw mnsError.tooLarge();
  return { MessageId: message.messageId, MessageBodyMD5: message.bodyMd5 };
}

/** What looking at a message without taking it tells. */
function peeked(message: Message) {
  const { messageId, body, bodyMd5, enqueuedAtMs, firstDequeuedAtMs, dequeueCount, priority } = message;
  return {
    MessageId: messageId,
    MessageBodyMD5: bodyMd5,
    MessageBody: body,
    EnqueueTime: enqueuedAtMs,
    FirstDequeueTime: firstDequeuedAtMs,
    DequeueCount: dequeueCount,
    Priority: priority,
  };
}

function described(message: Message) {
  return { ...peeked(message), ReceiptHandle: message.receiptHandle, NextVisibleTime: message.nextVisibleAtMs };
}
