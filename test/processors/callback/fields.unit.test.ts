/** How a field of a body is read, whatever type the cloud gave it. */
import { describe, expect, it } from 'vitest';
import * as fields from '../../../processors/callback/fields.ts';

describe('a text', () => {
  it.each([
    ['x', 'x'],
    ['  x ', 'x'],
    [' ', null],
    ['\u00a0x', 'x'],
    ['x\ufeff', 'x'],
    ['', null],
    [0, '0'],
    [false, 'false'],
    [null, null],
    [{}, null],
    [['x'], null],
    [undefined, null],
  ])('%j is %j', (value, text) => {
    expect(fields.textOf(value)).toBe(text);
  });

  it.each([
    ['abcd', 4, 'abcd'],
    ['abcde', 4, 'abcd'],
    ['ab', 4, 'ab'],
    ['éé', 4, 'éé'],
    ['ééx', 4, 'éé'],
    ['éxéx', 4, 'éx'],
    ['\u07ff\u07ff', 4, '\u07ff\u07ff'],
    ['\u0800\u0800', 5, '\u0800'],
    ['\u0800\u0800', 6, '\u0800\u0800'],
    ['\u007f\u007f\u007f', 3, '\u007f\u007f\u007f'],
    ['\u0080\u0080', 3, '\u0080'],
    ['\uffff\uffff', 5, '\uffff'],
    ['\uffff\uffffa', 7, '\uffff\uffffa'],
    ['\u{10000}\uffff', 6, '\u{10000}'],
    ['😀😀', 7, '😀'],
    ['😀😀', 8, '😀😀'],
    ['a\ud800', 9, 'a\ufffd'],
    ['a\ud800', 4, 'a\ufffd'],
    ['a\ud800b', 4, 'a\ufffd'],
  ])('%j within %i bytes is %j', (text, limit, expected) => {
    expect(fields.cut(text, limit)).toBe(expected);
    expect(fields.shortText(text, limit)).toBe(expected);
  });

  it('that names something has no control character', () => {
    const unusable = { name: 'Unusable', code: 'control-character', message: 'it has a control character' };
    expect(() => fields.plain('a\u0000', 'it')).toThrow(expect.objectContaining(unusable));
  });

  it('that is an address is whole or none', () => {
    expect(fields.urlOf('x'.repeat(768))).toBe('x'.repeat(768));
    expect(fields.urlOf('x'.repeat(769))).toBeNull();
    expect(fields.urlOf(' ')).toBeNull();
    expect(fields.urlOf('http://b/\ud800')).toBeNull();
  });

  it.each([
    ['id', 64],
    ['label', 64],
    ['code', 128],
    ['name', 256],
    ['message', 256],
    ['url', 768],
  ] as const)('of kind %s has room for %i bytes, on which the bound of a state rests', (kind, bytes) => {
    expect(fields.maxBytes[kind]).toBe(bytes);
  });
});

describe('a number', () => {
  it.each([
    [1.5, 1.5],
    ['1.5', 1.5],
    [' 12 ', 12],
    ['+3', 3],
    ['-3', -3],
    ['.5', 0.5],
    ['5.', 5],
    ['1e3', 1000],
    ['1E-2', 0.01],
    ['1e999x', null],
    ['x1', null],
    ['1x', null],
    ['0x10', null],
    ['', null],
    [true, null],
    [null, null],
    ['Infinity', null],
    [`7${' '.repeat(63)}`, 7],
    [`7${' '.repeat(64)}`, null],
  ])('%j is %j', (value, number) => {
    expect(fields.numberOf(value, 'a')).toBe(number);
  });

  it('is never minus zero, which a stored state would not keep', () => {
    expect(Object.is(fields.numberOf(-0, 'a'), 0)).toBe(true);
    expect(Object.is(fields.numberOf('-0', 'a'), 0)).toBe(true);
  });

  it('that counts is whole and not below zero', () => {
    const count = (value: unknown) => fields.countOf(value, 10, 'a');
    expect([count(0), count('3.9'), count(10), count(-1), count('-0.5'), count(9.7)]).toEqual([
      0,
      3,
      10,
      null,
      null,
      9,
    ]);
  });
});

describe('a truth value', () => {
  it.each([
    [true, true],
    [false, false],
    [1, true],
    [0, false],
    ['TRUE', true],
    ['False', false],
    ['1', true],
    ['0', false],
    ['yes', null],
    [null, null],
    [2, null],
  ])('%j is %j', (value, expected) => {
    expect(fields.booleanOf(value)).toBe(expected);
  });
});

describe('an object', () => {
  it.each<[unknown, unknown]>([
    [{ x: 1 }, { x: 1 }],
    ['{"x":1}', { x: 1 }],
    [' {"x ":1} ', { x: 1 }],
    ['{"x":1', null],
    ['[1]', null],
    ['x', null],
    [[{}], null],
    [null, null],
  ])('%j is %j', (value, expected) => {
    expect(fields.objectOf(value)).toEqual(expected);
  });

  it.each<[unknown, readonly unknown[]]>([
    [
      [{ 'x ': 1 }, '{"y":2}', 'z', null, [1]],
      [{ x: 1 }, { y: 2 }],
    ],
    ['[{"x":1}]', [{ x: 1 }]],
    [{ 'x ': 1 }, [{ x: 1 }]],
    ['x', []],
    [null, []],
  ])('or several: %j', (value, expected) => {
    expect(fields.objectsOf(value)).toEqual(expected);
  });

  it('keeps the first of two keys that differ in spaces, and no key that its prototype has', () => {
    expect(fields.trimmedKeys({ 'a ': 1, a: 2, b: 3 })).toEqual({ a: 1, b: 3 });
    expect(fields.trimmedKeys({ a: 1, 'a ': 2 })).toEqual({ a: 1 });
    expect(fields.trimmedKeys({ 'toString ': 1 })).toEqual({ toString: 1 });
    const clean = { a: 1 };
    expect(fields.trimmedKeys(clean)).toBe(clean);
  });
});

describe('a list of texts', () => {
  it.each<[unknown, readonly string[]]>([
    [
      ['b', 'a', 'b', ' '],
      ['a', 'b'],
    ],
    ['["b","a"]', ['a', 'b']],
    [' b, a,,b ', ['a', 'b']],
    ['7', ['7']],
    ['[a,b', ['[a', 'b']],
    [7, []],
    [{}, []],
    [null, []],
    [[7, null, {}], ['7']],
  ])('%j', (value, expected) => {
    expect(fields.textsOf(value)).toEqual(expected);
  });
});
