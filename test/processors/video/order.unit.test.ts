import avsc from 'avsc';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Order, orderFields, orderOf } from '../../../processors/video/index.ts';
import { avroSchema } from '../../../schemas/avro.ts';
import { releasedOf } from '../../../schemas/compatibility.ts';
import type { TranscodeJob } from '../../../schemas/generated/TranscodeJob.ts';
import { check } from '../../support/property.ts';

const typeOf = (schema: unknown) => avsc.Type.forSchema(schema as avsc.Schema, { registry: {} });
const current = avroSchema('TranscodeJob');
const currentFields = current.fields as readonly { readonly name: string; readonly type: unknown }[];
const ours = typeOf(current);
const released = releasedOf('TranscodeJob').map(({ version, schema }) => ({ version, type: typeOf(schema) }));

const common = {
  token: 'l2v-1',
  videoId: 'video-1',
  purpose: 'SEGMENT' as const,
  generation: 0,
  stream: null,
  plannedAt: 1_772_363_192_000,
  region: 'ap-southeast-1',
};
const commandOf = (order: Order): TranscodeJob => ({ ...common, ...orderFields(order) });
const read = (writer: avsc.Type, reader: avsc.Type, value: unknown) =>
  reader.fromBuffer(writer.toBuffer(value), reader.createResolver(writer)) as TranscodeJob;

const templateId = fc.option(fc.string(), { nil: null });
const orders: fc.Arbitrary<Order> = fc.oneof(
  fc.record({
    kind: fc.constant('TRANSCODE' as const),
    templateGroupId: fc.string(),
    priority: fc.option(fc.integer({ min: 1, max: 10 }), { nil: null }),
  }),
  fc.record({ kind: fc.constant('WORKFLOW' as const), workflowId: fc.string() }),
  fc.record({ kind: fc.constant('AUDIT' as const), templateId }),
  fc.record({
    kind: fc.constant('SNAPSHOT' as const),
    templateId,
    offsetMs: fc.option(fc.integer({ min: 0 }), { nil: null }),
  }),
  fc.record({ kind: fc.constant('COVER' as const), coverUrl: fc.string() }),
  fc.record({ kind: fc.constant('DNA' as const), dnaDbId: templateId }),
  fc.record({ kind: fc.constant('TAGS' as const), analyseTypes: fc.array(fc.string(), { maxLength: 3 }) }),
);

describe('what a command orders', () => {
  it('is read as it was written', () => {
    check(
      'an order survives Avro',
      fc.property(orders, (order) => {
        expect(orderOf(read(ours, ours, commandOf(order)))).toEqual(order);
      }),
    );
  });

  it.each(released)('is a transcode where release $version wrote it', ({ type }) => {
    const written = { ...common, templateGroupId: 'group-1', priority: 7 };
    expect(orderOf(read(type, ours, written))).toEqual({ kind: 'TRANSCODE', templateGroupId: 'group-1', priority: 7 });
  });

  it.each([
    { kind: 'AUDIT', templateId: 'strict', offsetMs: null },
    { kind: 'SNAPSHOT', templateId: null, offsetMs: 2_500 },
  ])('is $kind where it was written as a step, before there was a union', (step) => {
    const fields = currentFields.filter(({ name }) => name !== 'order');
    const written = { ...common, templateGroupId: 'NOT_A_TRANSCODE', priority: null, step };
    expect(orderOf(read(typeOf({ ...current, fields }), ours, written))).toMatchObject({ ...step });
  });

  it.each(released)('reaches release $version as the same transcode, or as one of no known group', ({ type }) => {
    check(
      `release sees ${released.length} orders`,
      fc.property(orders, (order) => {
        const seen = read(ours, type, commandOf(order));
        if (order.kind === 'TRANSCODE')
          expect(seen).toMatchObject({ templateGroupId: order.templateGroupId, priority: order.priority });
        else expect(seen).toMatchObject({ templateGroupId: 'NOT_A_TRANSCODE', priority: null });
      }),
    );
  });

  it('is refused as a whole where a later release orders what this one does not know', () => {
    const rewind = { type: 'record', name: 'RewindOrder', fields: [{ name: 'by', type: 'long' }] };
    const fields = currentFields.map((field) =>
      field.name === 'order' ? { ...field, type: [...(field.type as object[]), rewind] } : field,
    );
    const later = typeOf({ ...current, fields });
    const written = { ...commandOf({ kind: 'AUDIT', templateId: null }), order: { 'live2vod.RewindOrder': { by: 1 } } };
    expect(() => read(later, ours, written)).toThrow();
  });
});
