import type { FastifyInstance, FastifyRequest } from 'fastify';
import { mnsError, sendXml } from './answer.ts';
import type { MessageQueue, QueueAttributes } from './queue.ts';
import type { Queues } from './queues.ts';
import { attributesOf, type QueueRoute, queryOf, queueOf, whole } from './request.ts';

/** CreateQueue, SetQueueAttributes, GetQueueAttributes, DeleteQueue, ListQueue. */
export function registerQueues(app: FastifyInstance, queues: Queues): void {
  app.put<QueueRoute>('/queues/:queue', (request, reply) => {
    const { queue: name } = request.params;
    const attributes = attributesOf(request.body);
    if (queryOf(request, 'metaoverride') === 'true') {
      queueOf(queues, name).change(attributes);
      return reply.code(204).send();
    }
    const known = queues.byName.get(name);
    if (known && !agrees(known, attributes)) throw mnsError.queueExists();
    if (!known) queues.create(name, attributes);
    return reply
      .code(known ? 204 : 201)
      .header('location', urlOf(request, name))
      .send();
  });
  app.get<QueueRoute>('/queues/:queue', (request, reply) => {
    const { queue: name } = request.params;
    return sendXml(reply, 200, 'Queue', described(name, queueOf(queues, name)));
  });
  app.delete<QueueRoute>('/queues/:queue', (request, reply) => {
    queues.byName.delete(request.params.queue);
    return reply.code(204).send();
  });
  app.get('/queues', (request, reply) => {
    const header = (name: string) => [request.headers[`x-mns-${name}`]].flat()[0];
    const most = whole('x-mns-ret-number', header('ret-number'), 1, 1000, 1000);
    const names = [...queues.byName.keys()].filter((name) => name.startsWith(header('prefix') ?? '')).sort(byText);
    // The marker is the first name of the page to come.
    const rest = names.filter((name) => name >= (header('marker') ?? ''));
    const Queue = rest.slice(0, most).map((name) => ({
      QueueURL: urlOf(request, name),
      ...(header('with-meta') === 'true' ? described(name, queueOf(queues, name)) : {}),
    }));
    const NextMarker = rest[most];
    return sendXml(reply, 200, 'Queues', { Queue, ...(NextMarker === undefined ? {} : { NextMarker }) });
  });
}

function described(QueueName: string, queue: MessageQueue) {
  const { size, inactive, delayed, attributes, createdMs, modifiedMs } = queue;
  return {
    QueueName,
    CreateTime: Math.floor(createdMs / 1000),
    LastModifyTime: Math.floor(modifiedMs / 1000),
    ...attributes,
    LoggingEnabled: attributes.LoggingEnabled ? 'True' : 'False',
    ActiveMessages: size - inactive - delayed,
    InactiveMessages: inactive,
    DelayMessages: delayed,
  };
}

function agrees({ attributes }: MessageQueue, wanted: Partial<QueueAttributes>): boolean {
  const names = Object.keys(wanted) as (keyof QueueAttributes)[];
  return names.every((name) => wanted[name] === attributes[name]);
}

function urlOf({ protocol, host }: FastifyRequest, name: string): string {
  return `${protocol}://${host}/queues/${name}`;
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
