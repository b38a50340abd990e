/** `GET /api/latency`: percentiles of each stage, from ClickHouse. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type LatencyFilter, latencyDimensions } from '../clickhouse/index.ts';
import { ApiFault } from './fault.ts';
import { parseQuery, timeParameter } from './parse.ts';

const name = z.string().max(256).optional();

export const latencyQuery = z.strictObject({
  domain: name.describe('Only streams of this domain'),
  app: name.describe('Only streams of this app'),
  stream: name.describe('Only streams of this name'),
  definition: name.describe('Only transcodes to this definition'),
  from: timeParameter.optional().describe('Only stages that ended at or after this: ISO 8601 or epoch milliseconds'),
  to: timeParameter.optional().describe('Only stages that ended before this: ISO 8601 or epoch milliseconds'),
  by: z
    .string()
    .max(100)
    .transform((text, context) => {
      const dimensions = text.split(',');
      const known = latencyDimensions.filter((dimension) => dimensions.includes(dimension));
      if (known.length !== dimensions.length)
        context.addIssue({ code: 'custom', message: `different ones of ${latencyDimensions.join(', ')}` });
      return known;
    })
    .optional()
    .describe(`What rows are told apart by, comma separated: ${latencyDimensions.join(', ')}`),
});

/** Reads the latency report; rejects when ClickHouse is away. */
export type ReadLatency = (filter: LatencyFilter) => Promise<unknown>;

export function addLatencyRoute(app: FastifyInstance, read: ReadLatency): void {
  app.get('/api/latency', async (request) => {
    const { from: fromMs, to: toMs, ...query } = parseQuery(latencyQuery, request.query);
    const asked = { ...query, fromMs, toMs };
    const filter: LatencyFilter = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
    return read(filter).catch((error: unknown) => {
      throw new ApiFault(
        503,
        'ANALYTICS_AWAY',
        `ClickHouse doesn't answer: ${error instanceof Error ? error.message.slice(0, 200) : 'unknown error'}`,
      );
    });
  });
}
