import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import avro from 'avsc';
import { describe, expect, it } from 'vitest';
import { parseCallback } from '../../processors/callback/index.ts';
import { type AvroRecordSchema, avroSchema } from '../../schemas/avro.ts';
import { checkSchemas, findingsOf, releasedOf } from '../../schemas/compatibility.ts';
import { type EventSource, topics } from '../../schemas/topics.ts';

const schemas = join(import.meta.dirname, '../../schemas');

type Example = {
  readonly title: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: unknown;
};

const examplesOf = (id: string): readonly Example[] =>
  JSON.parse(readFileSync(join(schemas, 'examples', `${id}.json`), 'utf8')) as Example[];

describe.each(Object.values(topics))('the contract of $id', (contract) => {
  const examples = examplesOf(contract.id);

  it('has an example of every kind of message', () => {
    expect(examples.length).toBeGreaterThan(0);
    expect(examples.some((one) => one.value === null)).toBe(
      contract.headers.some((one) => one.meaning.includes('tombstone')) && contract.id !== 'stream-state',
    );
  });

  it.each(examples)('holds for: $title', ({ headers, value, key }) => {
    expect(Object.keys(headers)).toEqual(
      expect.arrayContaining(contract.headers.filter((one) => one.always).map((one) => one.name)),
    );
    expect(contract.headers.map((one) => one.name)).toEqual(expect.arrayContaining(Object.keys(headers)));
    if (contract.value === 'bytes') {
      if (contract.id === 'dead-letters') return;
      const bytes = new TextEncoder().encode(JSON.stringify(value));
      const delivery = { source: headers.source as EventSource, receivedAtMs: 1, region: null };
      expect(parseCallback(bytes, delivery)).toMatchObject({ kind: 'ok', event: { subjectId: key } });
    } else if (value !== null) {
      const type = avro.Type.forSchema(avroSchema(contract.value) as avro.Schema);
      type.isValid(value, { noUndeclaredFields: true, errorHook: (path) => expect.fail(path.join('.')) });
      expect(JSON.parse(JSON.stringify(type.fromBuffer(type.toBuffer(value))))).toEqual(value);
    }
  });
});

describe('the schemas', () => {
  it('are those that the generated types come from', () => {
    expect(() =>
      execFileSync(process.execPath, [join(schemas, 'generate.ts'), '--check'], { stdio: 'pipe' }),
    ).not.toThrow();
  });

  it('read every released version, and are read by it', () => {
    expect(checkSchemas()).toEqual([]);
    expect(releasedOf('VideoState').length).toBeGreaterThan(0);
  });

  const released = [{ version: '1.0.0', schema: record([{ name: 'a', type: 'string' }]) }];

  it('may gain a field with a default', () => {
    const current = record([
      { name: 'a', type: 'string' },
      { name: 'b', type: ['null', 'long'], default: null },
    ]);
    expect(findingsOf(current, released, 'BACKWARD_TRANSITIVE')).toEqual([]);
  });

  it('may not gain a field without one, nor change a type', () => {
    const gained = record([
      { name: 'a', type: 'string' },
      { name: 'b', type: 'long' },
    ]);
    expect(findingsOf(gained, released, 'BACKWARD')).toMatchObject([
      { severity: 'breaks', schema: 'Thing', version: '1.0.0', problem: expect.stringContaining('no matching field') },
    ]);
    const changed = record([{ name: 'a', type: 'long' }]);
    expect(findingsOf(changed, released, 'BACKWARD').map((one) => one.severity)).toEqual(['breaks', 'strands']);
  });

  it('strand old readers by a new enum symbol, and break old records by losing one', () => {
    const withSymbols = (symbols: readonly string[]): AvroRecordSchema =>
      record([{ name: 'e', type: { type: 'enum', name: 'E', symbols } }]);
    const before = [{ version: '1.0.0', schema: withSymbols(['A', 'B']) }];
    expect(findingsOf(withSymbols(['A', 'B', 'C']), before, 'BACKWARD').map((one) => one.severity)).toEqual([
      'strands',
    ]);
    expect(findingsOf(withSymbols(['A']), before, 'BACKWARD').map((one) => one.severity)).toEqual(['breaks']);
  });

  // An older release made a dead letter of every record with a symbol that came after it, and then gave up.
  it('of states and facts give every enum a symbol for those that come later', () => {
    for (const { value } of Object.values(topics)) {
      // A command that isn't understood must not be carried out as if it were another.
      if (value === 'bytes' || value === 'TranscodeJob' || value === 'ComposeJob') continue;
      const enums = [...JSON.stringify(avroSchema(value)).matchAll(/"type":"enum","name":"(\w+)"([^}]*)/g)];
      for (const [, name, rest = ''] of enums) expect(rest, `${value}: ${name}`).toMatch(/"default":"[A-Z_]+"/);
    }
  });

  it('of compacted topics are read by older releases, and read what those wrote', () => {
    for (const { cleanup, compatibility } of Object.values(topics))
      if (cleanup === 'compact') expect(compatibility).toBe('FULL_TRANSITIVE');
    const withSymbols = (symbols: readonly string[], more: object[] = []): AvroRecordSchema =>
      record([{ name: 'e', type: { type: 'enum', name: 'E', symbols, default: 'A' } }, ...more]);
    const before = [{ version: '1.0.0', schema: withSymbols(['A', 'B']) }];
    const extended = withSymbols(['A', 'B', 'C'], [{ name: 'f', type: 'long', default: 0 }]);
    expect(findingsOf(extended, before, 'FULL_TRANSITIVE')).toEqual([]);
    const strict = record([{ name: 'e', type: { type: 'enum', name: 'E', symbols: ['A', 'B'] } }]);
    expect(findingsOf(extended, [{ version: '0.9.0', schema: strict }], 'FULL_TRANSITIVE')).toMatchObject([
      { severity: 'breaks', version: '0.9.0' },
    ]);
  });

  it('are compared with all versions or with the last one, as the mode says', () => {
    const older = { version: '0.9.0', schema: record([{ name: 'a', type: 'long' }]) };
    const current = record([{ name: 'a', type: 'string' }]);
    const versions = [older, ...released];
    expect(findingsOf(current, versions, 'BACKWARD')).toEqual([]);
    expect(findingsOf(current, versions, 'BACKWARD_TRANSITIVE').map((one) => one.version)).toEqual(['0.9.0', '0.9.0']);
  });
});

function record(fields: readonly object[]): AvroRecordSchema {
  return { type: 'record', name: 'Thing', namespace: 'test', fields };
}
