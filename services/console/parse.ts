/** Parameters of requests: parsed by a schema that also stands in the OpenAPI document. */
import type { FastifySchemaValidationError } from 'fastify';
import { z } from 'zod';
import { type ApiFault, badRequest } from './fault.ts';

/** Days that exist, and nothing else that `Date.parse` makes a time of, such as `room 5`. */
const isoTime = z.union([z.iso.datetime({ offset: true, local: true }), z.iso.date()]);

/** A time parameter: ISO 8601 or epoch milliseconds; gives epoch milliseconds. */
export const timeParameter = z
  .string()
  .max(40)
  .transform((text, context) => {
    const ms = /^\d{10,16}$/.test(text)
      ? Number(text)
      : isoTime.safeParse(text).success
        ? Date.parse(text)
        : Number.NaN;
    if (Number.isNaN(ms)) context.addIssue({ code: 'custom', message: 'a time as ISO 8601 or epoch milliseconds' });
    return ms;
  });

export const cursorParameter = z.string().max(1200).describe('`next` of the page before');

/** Of a list of states: a place in it. */
export const placeParameter = cursorParameter.regex(/^\d{13}!./s, 'not `next` of a page of this list');

/** `domain/app/stream`; a StreamName may hold slashes, the others not. */
export const streamParameter = z
  .string()
  .max(600)
  .regex(/^[^/]+\/[^/]+\/./s, 'a stream as domain/app/stream')
  .describe('`domain/app/stream`');

const streamPart = z.string().min(1, 'a name').max(256);

/** Streams by what they are called: each alone, or together. */
export const streamParameters = {
  stream: streamParameter.optional(),
  domain: streamPart.optional().describe('DomainName'),
  app: streamPart.optional().describe('AppName'),
  streamName: streamPart.optional().describe('StreamName'),
};

/** One or several of `all`, comma separated; `what` says what they are. */
export const someOf = <T extends string>(all: readonly T[], what: string) =>
  z
    .string()
    .max(400)
    .transform((text, context): readonly T[] => {
      const asked = text.split(',');
      if (!asked.every((one) => all.includes(one as T)))
        context.addIssue({ code: 'custom', message: `one or several of ${all.join(', ')}, comma separated` });
      return asked as T[];
    })
    .describe(`One or several ${what}, comma separated: ${all.join(', ')}`);

export const limitParameter = z.coerce.number().int().min(1).max(500).default(50).describe('Most items of a page');

const partNames = {
  querystring: 'query parameter',
  params: 'path parameter',
  headers: 'header',
  body: 'body',
} as const;

/** What a request that doesn't fit its route's schema is answered: a 400 that names the place and what is accepted. */
export function refusal(errors: readonly FastifySchemaValidationError[], part: string): ApiFault {
  const [first] = errors;
  const name = first?.instancePath.slice(1).replaceAll('/', '.') ?? '';
  const where = [partNames[part as keyof typeof partNames], name].filter(Boolean).join(' ');
  return badRequest(`${where}: ${first?.message ?? 'not accepted'}`);
}

/** Part of a name, in whatever case. */
export const textParameter = z
  .string()
  .trim()
  .max(300)
  .transform((text) => text.toLowerCase());

/** True when nothing is asked for, or when `value` is one of `wanted`. */
export const inList = <T extends string>(wanted: readonly T[] | undefined, value: T | null) =>
  wanted === undefined || (value !== null && wanted.includes(value));
