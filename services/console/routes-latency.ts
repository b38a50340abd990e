/** `GET /api/latency`: percentiles of each stage, from ClickHouse. */
import { z } from 'zod';
import {
  type LatencyDimension,
  type LatencyFilter,
  latencyDimensions,
  latencyStages,
  problemOf,
} from '../../connectors/clickhouse/index.ts';
import type { Clock } from '../../platform/host/index.ts';
import { ApiFault } from './fault.ts';
import { latencyCache, type ReadLatency } from './latency-cache.ts';
import { badQuery, epochMs, fault, json } from './openapi/answers.ts';
import { accepting, nameParameter, ordered, streamParameter, streamParameters, timeParameter } from './parse.ts';
import type { ConsoleApp } from './typed-app.ts';

const streamIs = 'a stream as domain/app/stream, or a StreamName';

const latencyQuery = ordered(
  accepting({
    ...streamParameters,
    stream: z
      .string()
      .min(1, streamIs)
      .max(600, streamIs)
      .optional()
      .describe('`domain/app/stream`; what is no such triple is taken for a `streamName`, as it was named here before'),
    definition: nameParameter.optional().describe('Only transcodes to this definition'),
    stage: z
      .string()
      .transform((text, context) => named(text, latencyStages, context))
      .optional()
      .describe(`One or several stages, comma separated: ${latencyStages.join(', ')}`),
    from: timeParameter.optional().describe('Only stages that ended at or after this: ISO 8601 or epoch milliseconds'),
    to: timeParameter.optional().describe('Only stages that ended before this: ISO 8601 or epoch milliseconds'),
    by: z
      .string()
      .transform((text, context) => named(text, latencyDimensions, context))
      .optional()
      .describe(`What rows are told apart by, comma separated: ${latencyDimensions.join(', ')}`),
  }),
).transform(({ stream, ...query }, context) => {
  const asked = { ...query, ...(stream === undefined ? {} : partsOf(stream)) };
  const differs = (['domain', 'app', 'streamName'] as const).find(
    (part) => query[part] !== undefined && query[part] !== asked[part],
  );
  if (differs)
    context.addIssue({ code: 'custom', path: ['stream'], message: `another ${differs} than \`${differs}\`` });
  return asked;
});

/** What a stream's text says of its parts. */
function partsOf(stream: string): { domain?: string; app?: string; streamName: string } {
  const [domain = '', app = '', ...rest] = stream.split('/');
  const streamName = rest.join('/');
  return streamParameter.safeParse(stream).success ? { domain, app, streamName } : { streamName: stream };
}

/** The ones that a comma separated text names, in their own order. */
function named<T extends string>(text: string, all: readonly T[], context: z.RefinementCtx): T[] {
  const asked = text.split(',');
  const known = all.filter((one) => asked.includes(one));
  if (known.length !== asked.length)
    context.addIssue({ code: 'custom', message: `different ones of ${all.join(', ')}` });
  return known;
}

const seconds = z.number().nullable().describe('Seconds; null: nothing measured');
const dimension = z.string().optional();

const latencyReport = z
  .object({
    asOf: epochMs('When the figures were read: a report is kept for up to a minute while a new one is read'),
    stages: z.array(
      z.object({
        stage: z.enum(latencyStages),
        ...(Object.fromEntries(latencyDimensions.map((name) => [name, dimension])) as Record<
          LatencyDimension,
          typeof dimension
        >),
        count: z.int().describe('Measured ones'),
        failures: z.int(),
        p50: seconds,
        p90: seconds,
        p95: seconds,
        p99: seconds,
      }),
    ),
  })
  .meta({ id: 'LatencyReport' });

const reporting = {
  operationId: 'getLatency',
  summary: 'Percentiles of each stage (docs/latency.md)',
  querystring: latencyQuery,
  response: {
    200: json('One row per stage and group', latencyReport),
    ...badQuery,
    503: fault("ClickHouse doesn't answer"),
  },
};

export function addLatencyRoute(app: ConsoleApp, read: ReadLatency, clock: Clock): void {
  const report = latencyCache(read, clock);
  app.get('/api/latency', { schema: reporting }, async (request) => {
    const { from: fromMs, to: toMs, stage: stages, streamName: stream, ...query } = request.query;
    const asked = { ...query, stream, stages, fromMs, toMs };
    const filter: LatencyFilter = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
    return report(filter).catch((error: unknown) => {
      const problem = problemOf(error);
      // A ClickHouse that answers, but not us or not for these tables, is nothing to wait for.
      throw problem === null || problem.kind === 'away'
        ? new ApiFault(
            503,
            'ANALYTICS_AWAY',
            `ClickHouse doesn't answer: ${problem?.text ?? String(error).slice(0, 200)}`,
          )
        : new ApiFault(503, 'ANALYTICS_REFUSED', `ClickHouse has to be mended: ${problem.text}`);
    });
  });
}
