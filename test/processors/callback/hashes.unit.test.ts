import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../platform/host/index.ts';
import { canonicalJson } from '../../../processors/callback/identity.ts';
import { compareText, hashOf } from '../../../processors/callback/index.ts';
import { check } from '../../support/property.ts';

describe('a hash of parts', () => {
  const part = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom('\ud800', 'a\udc00', '\ud83d\ude00', '\udc00\ud800'),
    fc.constantFrom('x'.repeat(254), 'x'.repeat(510), 'x'.repeat(508), 'x'.repeat(509), '\u007f', '\u0080'),
  );

  it('is half of the SHA-256 over the parts, each after its length', () => {
    const expected = (parts: readonly string[]) =>
      createHash('sha256')
        .update(Buffer.from(parts.map((one) => `${one.length}:${one}`).join('')))
        .digest('hex')
        .slice(0, 32);
    check(
      'hashes are those of the platform',
      fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
        expect(hashOf(parts)).toBe(expected(parts));
        expect(hashOf(parts, sha256)).toBe(expected(parts));
      }),
    );
    for (const parts of [
      ['x'.repeat(508)],
      ['x'.repeat(509)],
      ['\u007f'],
      ['\u0080'],
      ['a', 'é'],
      ['é', 'a'],
      ['x'.repeat(600), 'a'],
      [],
    ])
      expect(hashOf(parts)).toBe(expected(parts));
  });
});

describe('canonical JSON', () => {
  const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: [nested(levels - 1)] });

  it('has its keys sorted and no spaces, and loses nothing', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: true })).toBe('{"a":true,"b":[1,{"c":"x","d":null}]}');
    check(
      'canonical JSON is JSON of the same value',
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        expect(JSON.parse(canonicalJson(value) ?? '')).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('is none for what is nested deeper than 64 levels, wherever that is', () => {
    expect(canonicalJson(nested(32))).not.toBeNull();
    expect(canonicalJson(nested(33))).toBeNull();
    expect(canonicalJson([nested(32)])).toBeNull();
    expect(canonicalJson([1, nested(33)])).toBeNull();
  });
});

describe('the order of texts', () => {
  it('is that of their code units, on every machine', () => {
    expect(['b', 'a', 'B', 'ä', 'a', ''].sort(compareText)).toEqual(['', 'B', 'a', 'a', 'b', 'ä']);
    expect([compareText('a', 'b'), compareText('b', 'a'), compareText('a', 'a')]).toEqual([-1, 1, 0]);
  });
});
