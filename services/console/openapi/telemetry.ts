/** What the document says of the routes that every role has. */
import { z } from 'zod';
import type { TelemetrySchemas } from '../../../platform/telemetry/index.ts';
import { json, text } from './answers.ts';

const live = z.object({ live: z.boolean() }).meta({ id: 'Live' });

const ready = z
  .object({
    ready: z.boolean(),
    waitingFor: z
      .string()
      .nullable()
      .optional()
      .describe('What keeps it from being ready, in words; for those who may read'),
  })
  .meta({ id: 'Ready' });

export const telemetrySchemas: TelemetrySchemas = {
  health: {
    operationId: 'getLiveness',
    summary: 'Whether the process works',
    response: { 200: json('It does', live), 503: json('It should be restarted', live) },
  },
  ready: {
    operationId: 'getReadiness',
    summary: 'Whether every role is ready',
    response: { 200: json('Ready', ready), 503: json('Not yet, and why', ready) },
  },
  metrics: {
    operationId: 'getMetrics',
    summary: 'Prometheus metrics (docs/metrics.md)',
    response: { 200: text('Text format', 'text/plain') },
  },
};
