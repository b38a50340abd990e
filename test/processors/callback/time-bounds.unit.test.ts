import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCloudTime } from '../../../processors/callback/index.ts';
import { check } from '../../support/property.ts';

const days = { min: new Date('1970-01-01T00:00:00Z'), max: new Date('2099-12-31T23:59:59Z'), noInvalidDate: true };

describe('a time in any spelling that the cloud has', () => {
  it('is the instant that it says', () => {
    const zone = fc.constantFrom(0, 330, -570, 480, -60, 14 * 60);
    check(
      'every spelling of an instant',
      fc.property(fc.date(days), zone, fc.integer({ min: 0, max: 999 }), (date, zoneMinutes, millis) => {
        const ms = Math.floor(date.getTime() / 1000) * 1000;
        const local = new Date(ms + zoneMinutes * 60_000).toISOString().slice(0, 19);
        const sign = zoneMinutes < 0 ? '-' : '+';
        const hh = String(Math.floor(Math.abs(zoneMinutes) / 60)).padStart(2, '0');
        const mm = String(Math.abs(zoneMinutes) % 60).padStart(2, '0');
        const utc = new Date(ms).toISOString().slice(0, 19);
        fc.pre(ms + zoneMinutes * 60_000 >= 0);
        expect(parseCloudTime(`${utc}Z`)).toBe(ms);
        expect(parseCloudTime(utc)).toBe(ms);
        expect(parseCloudTime(`${utc.replace('T', ' ')} z`)).toBe(ms);
        expect(parseCloudTime(`${local}${sign}${hh}:${mm}`)).toBe(ms);
        expect(parseCloudTime(`${local}${sign}${hh}${mm}`)).toBe(ms);
        expect(parseCloudTime(`${utc}.${String(millis).padStart(3, '0')}Z`)).toBe(ms + millis);
        expect(parseCloudTime(`${utc}:${String(millis).padStart(3, '0')}999`)).toBe(ms + millis);
      }),
    );
  });
});

describe('the bounds of a time', () => {
  const ms = (text: string): number => Date.parse(text);
  it.each<[unknown, number | null]>([
    ['1970-01-01T00:00:00Z', 0],
    ['1969-12-31T23:59:59Z', null],
    ['1969-12-31T23:59:59.999Z', null],
    ['9999-12-31T23:59:59Z', ms('9999-12-31T23:59:59Z')],
    ['9999-12-31T23:59:59.999Z', ms('9999-12-31T23:59:59.999Z')],
    ['9999-12-31T23:59:59-01:00', null],
    ['1970-01-01T00:30:00+01:00', null],
    ['2026-01-01T00:00:00Z', ms('2026-01-01T00:00:00Z')],
    ['2026-12-31T23:59:59Z', ms('2026-12-31T23:59:59Z')],
    ['2026-12-28T23:59:59Z', ms('2026-12-28T23:59:59Z')],
    ['2026-12-01T00:00:00.5Z', ms('2026-12-01T00:00:00.500Z')],
    ['2026-01-28T23:59:59Z', ms('2026-01-28T23:59:59Z')],
    ['2026-01-29T23:59:59Z', ms('2026-01-29T23:59:59Z')],
    ['2026-01-01T23:59:60Z', ms('2026-01-02T00:00:00Z')],
    ['2026-01-01T23:59:61Z', null],
    ['2026-01-01T10:00:61Z', null],
    ['2026-01-01T10:00:60Z', ms('2026-01-01T10:01:00Z')],
    ['2026-01-01T14:00:00+14:00', ms('2026-01-01T00:00:00Z')],
    ['2026-01-01T14:01:00+14:01', null],
    ['2026-01-01T14:30:00+14:30', null],
    ['2026-01-01T15:00:00+15:00', null],
    ['2026-01-01T05:59:00+05:59', ms('2026-01-01T00:00:00Z')],
    ['2026-01-01T06:00:00+05:60', null],
    [`2026-01-01T00:00:00${' '.repeat(44)}Z`, ms('2026-01-01T00:00:00Z')],
    [`2026-01-01T00:00:00${' '.repeat(45)}Z`, null],
    ['2026-01-01T00:00:00.627Z', ms('2026-01-01T00:00:00.627Z')],
    ['x2026-01-01T00:00:00.5Z', null],
    ['2026-01-01T10:60:00.1Z', null],
    ['2026-01-01T24:00:00.1Z', null],
    ['2026-00-10T00:00:00.1Z', null],
    ['2026-13-10T00:00:00.1Z', null],
    ['2026-04-31T00:00:00Z', null],
    ['2026-01-00T00:00:00Z', null],
    ['2026-01-32T00:00:00Z', null],
    ['2025-02-29T00:00:00Z', null],
    ['x2026-01-01T00:00:00Z', null],
    ['2026-01-01T00:00:00Zx', null],
    ['2026-01-01T00:00:00.Z', null],
    ['2026/01-01T00:00:00Z', null],
    ['2026-01/01T00:00:00Z', null],
    ['2026-01-01_00:00:00Z', null],
    ['2026-01-01T00.00:00Z', null],
    ['2026-01-01T00:00.00Z', null],
    ['2026-01-01T00:00:00Y', null],
    ['202a-01-01T00:00:00Z', null],
    ['/026-01-01T00:00:00Z', null],
    [':026-01-01T00:00:00Z', null],
    ['2026-0/-01T00:00:00Z', null],
    ['2026-0:-01T00:00:00Z', null],
    ['2026-01-01T00:00:0:Z', null],
    ['2009-09-09T09:09:09Z', ms('2009-09-09T09:09:09Z')],
    [1e9, 1e12],
    [1e9 - 1, null],
    [1e11 - 1, (1e11 - 1) * 1000],
    [1e11, null],
    [1e12, 1e12],
    [1e12 - 1, null],
    [1e14 - 1, 1e14 - 1],
    [1e14, null],
    [1_772_359_204.9994, 1_772_359_204_999],
    [1_772_359_204_000.9, 1_772_359_204_000],
    ['1772359204', 1_772_359_204_000],
    ['177235920', null],
    ['x1772359204', null],
    ['1772359204x', null],
    ['+1772359204', null],
    ['1772359204.5', null],
    ['1e9', null],
    ['1772359204 '.padEnd(64), 1_772_359_204_000],
    ['1772359204 '.padEnd(65), null],
    ['99999999999999', 99_999_999_999_999],
    [undefined, null],
  ])('%j is %j', (written, expected) => {
    expect(parseCloudTime(written)).toBe(expected);
  });
});
