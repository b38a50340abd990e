import { XMLParser } from 'fast-xml-parser';
import type { FastifyRequest } from 'fastify';
import { mnsError } from './answer.ts';
import { defaultAttributes, type MessageQueue, type QueueAttributes } from './queue.ts';
import type { Queues } from './queues.ts';

export type QueueRoute = { Params: { queue: string }; Querystring: Record<string, string | undefined> };

// Blanks belong to a message's body.
const parser = new XMLParser({ parseTagValue: false, trimValues: false });

export function queueOf(queues: Queues, name: string): MessageQueue {
  const queue = queues.byName.get(name);
  if (!queue) throw mnsError.noQueue();
  return queue;
}

/** A parameter of the query, in whatever case: the official clients don't agree (cloud facts 2.2.2). */
export function queryOf({ query }: FastifyRequest<QueueRoute>, name: string): string | undefined {
  return Object.entries(query).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

export function whole(name: string, text: string | undefined, from: number, to: number, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!Number.isInteger(value) || value < from || value > to) throw mnsError.invalid(name);
  return value;
}

/** The children of this element of the body's root; none where the body isn't such a document. */
export function elements(body: unknown, root: string, element: string): unknown[] {
  const document: unknown = parser.parse(typeof body === 'string' ? body : '');
  const found = child(child(document, root), element);
  return found === undefined ? [] : Array.isArray(found) ? found : [found];
}

/** A child of the body's root element; undefined where the body isn't such an element. */
export function field(body: unknown, root: string, name: string): unknown {
  return elements(body, root, name)[0];
}

export function child(element: unknown, name: string): unknown {
  return (element as Record<string, unknown> | null | undefined)?.[name];
}

export function attributesOf(body: unknown): Partial<QueueAttributes> {
  const given = Object.keys(defaultAttributes).flatMap((name): (readonly [string, number | boolean])[] => {
    const value = field(body, 'Queue', name);
    if (value === undefined) return [];
    if (name !== 'LoggingEnabled') return [[name, whole(name, String(value), 0, 604_800, 0)]];
    const told = /^(true|false)$/i.exec(String(value))?.[0];
    if (told === undefined) throw mnsError.invalid(name);
    return [[name, told.toLowerCase() === 'true']];
  });
  return Object.fromEntries(given);
}
