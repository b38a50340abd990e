/** What a text counts as where room is shared out: the bounds of a state rest on it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textBytes } from '../../../processors/callback/index.ts';
import { check } from '../../support/property.ts';

describe('the size of a text', () => {
  it('is its UTF-8 form and four bytes; one where there is none', () => {
    const edges = [
      '',
      '\u007f',
      '\u0080',
      '\u07ff',
      '\u0800',
      '\ud7ff',
      '\ue000',
      '\uffff',
      '\u{10000}',
      '\u{10ffff}',
      '😀视é',
    ];
    for (const text of edges) expect(textBytes(text)).toBe(Buffer.byteLength(text) + 4);
    check(
      'sizes are those of the platform',
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (text) => {
        expect(textBytes(text)).toBe(Buffer.byteLength(text) + 4);
      }),
    );
    expect(textBytes(null)).toBe(1);
  });
});
