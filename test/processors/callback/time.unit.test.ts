import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCloudTime } from '../../../processors/callback/index.ts';
import { check } from '../../support/property.ts';

const at = (text: string): number => Date.parse(text);

describe('a time of the cloud', () => {
  it.each([
    ['2026-03-01T10:00:04Z', '2026-03-01T10:00:04Z'],
    ['2024-04-10T01:37:14:627Z', '2024-04-10T01:37:14.627Z'],
    ['2024-04-10T01:37:14.6Z', '2024-04-10T01:37:14.600Z'],
    ['2026-03-01T10:00:04', '2026-03-01T10:00:04Z'],
    ['2026-03-01 10:00:04', '2026-03-01T10:00:04Z'],
    ['2026-03-01T18:00:04+08:00', '2026-03-01T10:00:04Z'],
    ['2026-03-01T18:00:04+0800', '2026-03-01T10:00:04Z'],
    [' 2026-03-01T10:00:04Z', '2026-03-01T10:00:04Z'],
    ['2026-03-01T10:00:04Z ', '2026-03-01T10:00:04Z'],
    ['1772359204', '2026-03-01T10:00:04Z'],
    ['1772359204000', '2026-03-01T10:00:04Z'],
    [1_772_359_204, '2026-03-01T10:00:04Z'],
    [1_772_359_204_000, '2026-03-01T10:00:04Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00Z'],
  ])('%s is %s', (written, meant) => {
    expect(parseCloudTime(written)).toBe(at(meant));
  });

  it.each([
    '',
    'yesterday',
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-03-01T24:00:00Z',
    '2026-03-01T10:60:00Z',
    '2026-03-01',
    '0000-03-01T10:00:00Z',
    '99',
    12,
    Number.NaN,
    null,
    true,
    {},
  ])('%s is none', (written) => {
    expect(parseCloudTime(written)).toBeNull();
  });
});

describe('a time as nearly all are written', () => {
  it('is what the platform reads, for every day that there is, and none for one that there is not', () => {
    const day = fc.tuple(
      fc.integer({ min: 1965, max: 2105 }),
      fc.integer({ min: 0, max: 13 }),
      fc.integer({ min: 0, max: 32 }),
    );
    const time = fc.tuple(
      fc.integer({ min: 0, max: 25 }),
      fc.integer({ min: 0, max: 61 }),
      fc.integer({ min: 0, max: 59 }),
    );
    const two = (number: number) => String(number).padStart(2, '0');
    check(
      'usual times',
      fc.property(day, time, ([year, month, dayOfMonth], [hour, minute, second]) => {
        const text = `${year}-${two(month)}-${two(dayOfMonth)}T${two(hour)}:${two(minute)}:${two(second)}Z`;
        const read = Date.parse(text);
        // The platform takes February 30th for March 2nd, and 24:00 for the next day; neither exists.
        const exists = !Number.isNaN(read) && new Date(read).toISOString() === text.replace('Z', '.000Z');
        expect(parseCloudTime(text), text).toBe(exists && read >= 0 ? read : null);
      }),
    );
    for (let ms = Date.UTC(2023, 11, 1); ms < Date.UTC(2028, 3, 1); ms += 86_400_000)
      expect(parseCloudTime(new Date(ms).toISOString().replace('.000', ''))).toBe(ms);
  });
});
