/** Parameters of requests: parsed by a schema that also stands in the OpenAPI document. */
import type { FastifySchemaValidationError } from 'fastify';
import { z } from 'zod';
import { canBeHost, hasControlCharacter } from '../../schemas/bounds.ts';
import { type ApiFault, badRequest } from './fault.ts';

/** Days that exist, and nothing else that `Date.parse` makes a time of, such as `room 5`. */
const isoTime = z.union([z.iso.datetime({ offset: true, local: true }), z.iso.date()]);

const timeIs = 'a time as ISO 8601, or as epoch milliseconds of 10 to 16 digits';

/** A time parameter: ISO 8601 or epoch milliseconds; gives epoch milliseconds. */
export const timeParameter = z
  .string()
  .max(40, timeIs)
  .transform((text, context) => {
    const ms = /^\d{10,16}$/.test(text)
      ? Number(text)
      : isoTime.safeParse(text).success
        ? Date.parse(text)
        : Number.NaN;
    if (Number.isNaN(ms)) context.addIssue({ code: 'custom', message: timeIs });
    return ms;
  });

/** What a cursor is that a list gave. */
export const cursorIs = '`next` of a page of this list';

export const cursorParameter = z.string().max(1200, cursorIs).describe('`next` of the page before');

/** Of a list of states: a place in it. */
export const placeParameter = cursorParameter.regex(/^\d{13}!./s, cursorIs);

const noControl = 'without control characters';
/** Text that an id or a name may be; what isn't UTF-8 was refused before. */
const isText = (text: string) => !hasControlCharacter(text);

/** `domain/app/stream`; a StreamName may hold slashes, the others not. What no callback could be of is refused. */
export const streamParameter = z
  .string()
  .max(600, 'a stream as domain/app/stream, at most 600 characters')
  .regex(/^[^/]+\/[^/]+\/./s, 'a stream as domain/app/stream')
  .refine(isText, `a stream as domain/app/stream, ${noControl}`)
  .refine((text) => canBeHost(text.split('/', 1)[0] ?? ''), 'a stream as domain/app/stream, the domain a host name')
  .describe('`domain/app/stream`');

const nameIs = 'a name of 1 to 256 characters';
/** A StreamName, or another name that may hold any text. */
export const nameParameter = z.string().min(1, nameIs).max(256, nameIs).refine(isText, `${nameIs}, ${noControl}`);
/** An AppName. */
export const plainNameParameter = z
  .string()
  .regex(/^[^/]{1,256}$/, `${nameIs} without a slash`)
  .refine(isText, `${nameIs} without a slash, ${noControl}`);
/** A DomainName. */
export const domainParameter = plainNameParameter.refine(canBeHost, `${nameIs} without a slash, which a host may have`);
/** An id, which callbacks have without control characters too. */
export const idParameter = (longest: number, what: string) =>
  z.string(what).min(1, what).max(longest, what).refine(isText, `${what}, ${noControl}`);

export const groupIs = 'a template group id: 1 to 64 of A-Z a-z 0-9 _ -';
export const keyIs = '1 to 64 of A-Z a-z 0-9 _ . : -';

/** Streams by what they are called: each alone, or together. */
export const streamParameters = {
  stream: streamParameter.optional(),
  domain: domainParameter.optional().describe('DomainName'),
  app: plainNameParameter.optional().describe('AppName'),
  streamName: nameParameter.optional().describe('StreamName'),
};

/** Parameters or the fields of a body, and no others: another one is refused with the names of these. */
export const accepting = <S extends z.ZodRawShape>(shape: S) =>
  z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined;
      const names = Object.keys(shape).join(', ');
      return `${issue.keys.join(', ')} is not known; accepted: ${names === '' ? 'none' : names}`;
    },
  });

/** Of a query with `from` and `to`: a time before its own beginning is refused. */
export const ordered = <T extends z.ZodType<{ from?: number | undefined; to?: number | undefined }>>(query: T) =>
  query.refine(({ from, to }) => from === undefined || to === undefined || from <= to, {
    path: ['from'],
    message: 'a time that is not after `to`',
  });

/** One or several of `all`, comma separated; `what` says what they are. */
export const someOf = <T extends string>(all: readonly T[], what: string) =>
  z
    .string()
    .transform((text, context): readonly T[] => {
      const asked = text.split(',');
      if (asked.length > all.length || !asked.every((one) => all.includes(one as T)))
        context.addIssue({ code: 'custom', message: `one or several of ${all.join(', ')}, comma separated` });
      return asked as T[];
    })
    .describe(`One or several ${what}, comma separated: ${all.join(', ')}`);

/** A whole number of a query. */
const wholeNumber = (least: number, most: number) => {
  const is = `a whole number from ${least} to ${most}`;
  // `Number` also takes `0x10`, `+5` and `1e1`.
  const digits = (value: unknown) => (typeof value === 'string' && !/^\d{1,15}$/.test(value) ? Number.NaN : value);
  return z.preprocess(digits, z.coerce.number(is).int(is).min(least, is).max(most, is));
};

export const limitParameter = wholeNumber(1, 500).default(50).describe('Most items of a page');

const partNames = {
  querystring: 'query parameter',
  params: 'path parameter',
  headers: 'header',
  body: 'body',
} as const;

/**
 * The framework takes text that is no percent-encoded UTF-8 as it is written, and would look for that.
 * @throws ApiFault 400 that names the parameter
 */
export function refuseBrokenQuery(url: string): void {
  const at = url.indexOf('?');
  if (at < 0 || !url.includes('%', at)) return;
  for (const pair of url.slice(at + 1).split('&')) {
    try {
      decodeURIComponent(pair);
    } catch {
      const name = pair.split('=', 1)[0] ?? '';
      throw badRequest(`query parameter ${name}: UTF-8, percent-encoded; % itself is %25`);
    }
  }
}

/** What a request that doesn't fit its route's schema is answered: a 400 that names the place and what is accepted. */
export function refusal(errors: readonly FastifySchemaValidationError[], part: string): ApiFault {
  const [first] = errors;
  const name = first?.instancePath.slice(1).replaceAll('/', '.') ?? '';
  const where = [partNames[part as keyof typeof partNames], name].filter(Boolean).join(' ');
  const repeated = part === 'querystring' && first?.message?.endsWith('received array');
  return badRequest(`${where}: ${repeated ? 'given once' : (first?.message ?? 'not accepted')}`);
}

/** Part of a name, in whatever case. */
export const textParameter = z
  .string()
  .trim()
  .max(300, 'at most 300 characters')
  .transform((text) => text.toLowerCase());

/** True when nothing is asked for, or when `value` is one of `wanted`. */
export const inList = <T extends string>(wanted: readonly T[] | undefined, value: T | null) =>
  wanted === undefined || (value !== null && wanted.includes(value));
