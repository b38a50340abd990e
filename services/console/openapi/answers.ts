/** What a route's schema says of its answers. A schema with an `id` stands among the document's components. */
import { z } from 'zod';

export const faultBody = z
  .object({ code: z.string().describe('For programs'), message: z.string().describe('For people') })
  .meta({ id: 'Fault' });

/** A page of a list, as the component `id`. */
export const pageOf = <T extends z.ZodType>(id: string, item: T) =>
  z
    .object({
      items: z.array(item),
      next: z
        .string()
        .nullable()
        .describe('Cursor of the next page, null at the end; a page before the end may be short'),
    })
    .meta({ id });

export const epochMs = (what: string) => z.int().describe(`${what}, epoch milliseconds`);

export const json = <T extends z.ZodType>(description: string, schema: T) => ({
  description,
  content: { 'application/json': { schema } },
});

export const text = (description: string, mediaType: string) => ({
  description,
  content: { [mediaType]: { schema: z.string() } },
});

/** An answer without a body. */
export const empty = (description: string) => z.undefined().describe(description);

export const fault = (description: string) => json(description, faultBody);

export const badQuery = { 400: fault('A parameter is not accepted; the message names it') };

/** Of a route that changes something. */
export const needsToken = {
  security: [{ token: [] }],
  refusals: { 401: fault('Wrong or missing token'), 403: fault('No CONSOLE_TOKEN is set: nothing can be changed') },
};

/** The answer of a read from the local view, with how fresh it is. */
export const fresh = <T extends z.ZodType>(description: string, schema: T) => ({
  ...json(description, schema),
  headers: {
    'live2vod-caught-up': { type: 'string', description: 'false while old records are still being read' },
    'live2vod-lag-records': {
      type: 'string',
      description: 'Committed records that are not visible yet, as of the last look at the topics',
    },
    'live2vod-as-of': {
      type: 'string',
      description: 'Everything that was committed then is shown, epoch milliseconds; absent until it has caught up',
    },
    'live2vod-position': {
      type: 'string',
      description: 'Give it to `/api/events` as `lastEventId` to go on from this answer without a gap',
    },
  },
});
