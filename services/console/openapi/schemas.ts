/** The shapes of the API's answers, as `components.schemas`. States come from their Avro contracts. */

import { latencyDimensions, latencyStages } from '../../../connectors/clickhouse/index.ts';
import { avroSchema } from '../../../schemas/avro.ts';
import { internalFields } from '../event-stream.ts';
import { jobTypes } from '../routes-jobs.ts';
import { type JsonSchema, jsonSchemasOf } from './avro-to-json-schema.ts';

export const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });
const orNull = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] });
const text: JsonSchema = { type: 'string' };
const whole: JsonSchema = { type: 'integer' };
const epochMs = (description: string): JsonSchema => ({
  type: 'integer',
  description: `${description}, epoch milliseconds`,
});
const seconds: JsonSchema = {
  anyOf: [{ type: 'number' }, { type: 'null' }],
  description: 'Seconds; null: nothing measured',
};

function record(properties: Readonly<Record<string, JsonSchema>>, optional: readonly string[] = []): JsonSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, required, additionalProperties: false };
}

const page = (items: JsonSchema): JsonSchema =>
  record({
    items: { type: 'array', items },
    next: {
      ...orNull(text),
      description: 'Cursor of the next page, null at the end; a page before the end may be short',
    },
  });

const position = record({ topic: text, partition: whole, offset: whole });

export const schemas: Readonly<Record<string, JsonSchema>> = {
  ...jsonSchemasOf(avroSchema('VideoState'), internalFields),
  ...jsonSchemasOf(avroSchema('SessionState'), internalFields),
  Fault: record({
    code: { type: 'string', description: 'For programs' },
    message: { type: 'string', description: 'For people' },
  }),
  VideoPage: page(ref('VideoState')),
  SessionPage: page(ref('SessionState')),
  JobPage: page(
    record({
      type: { type: 'string', enum: jobTypes },
      token: { type: 'string', description: 'Idempotency token: also how it is named in the log and in dead letters' },
      state: { type: 'string', description: "Of JobState, StepState or CompositionState, as the job's type is" },
      hold: { ...orNull(ref('JobHold')), description: 'How an audit stands to it; null: it waits for none' },
      decision: orNull(ref('JobDecision')),
      purpose: orNull(ref('JobPurpose')),
      generation: orNull(whole),
      policy: { ...orNull(text), description: 'The rule that decided; for a composition why it was made' },
      templateGroupId: orNull(text),
      attempt: { ...orNull(whole), description: 'Attempts made so far; null where they are not counted' },
      plannedAt: orNull(epochMs('When it was planned')),
      finishedAt: orNull(epochMs('When it ended')),
      cloudId: { ...orNull(text), description: "The cloud's id: of a task, a job or a produced media" },
      errorCode: orNull(text),
      errorMessage: orNull(text),
      videoId: { ...orNull(text), description: 'Null for a composition' },
      sessionId: { ...orNull(text), description: 'Of a composition' },
      stream: orNull(ref('StreamRef')),
    }),
  ),
  DeadLetterPage: page(
    record({
      id: { type: 'string', description: '`partition:offset` in the dead-letters topic' },
      partition: whole,
      offset: whole,
      time: epochMs('When it was put aside'),
      key: orNull(text),
      reason: { type: 'string', description: 'Why it could not be used, one of a few words' },
      error: { type: 'string', description: 'The same in a sentence' },
      stage: { type: 'string', description: 'Where it failed' },
      origin: { ...orNull(position), description: 'Where it came from; null for a body that never was a record' },
      redrivenTime: { anyOf: [whole, { type: 'null' }], description: 'When it was sent again, epoch milliseconds' },
      sizeBytes: whole,
      excerpt: { type: 'string', description: 'The first 1024 bytes as text' },
    }),
  ),
  Redriven: record({ id: text, result: { type: 'string', enum: ['sent', 'already sent'] } }),
  TranscodeAsked: record({ videoId: text, templateGroupId: text, idempotencyKey: text }),
  LatencyReport: record({
    asOf: epochMs('When the figures were read: a report is kept for up to a minute while a new one is read'),
    stages: {
      type: 'array',
      items: record(
        {
          stage: { type: 'string', enum: latencyStages },
          ...Object.fromEntries(latencyDimensions.map((dimension) => [dimension, text])),
          count: { type: 'integer', description: 'Measured ones' },
          failures: whole,
          p50: seconds,
          p90: seconds,
          p95: seconds,
          p99: seconds,
        },
        latencyDimensions,
      ),
    },
  }),
  Live: record({ live: { type: 'boolean' } }),
  Ready: record(
    {
      ready: { type: 'boolean' },
      waitingFor: { ...orNull(text), description: 'What keeps it from being ready, in words; for those who may read' },
    },
    ['waitingFor'],
  ),
};
