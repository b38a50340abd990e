import { bounds } from '../../schemas/bounds.ts';

/** No time of the cloud's is longer. Looked at before any pattern. */
const longestTime = 64;
const cloudTime =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:[.:](\d{1,9}))?\s*(?:[Zz]|([+-]\d{2}:?\d{2}))?$/;
const digits = /^\d{10,14}$/;

/**
 * Epoch milliseconds of a time as the cloud writes it, or null when it is none. Takes `yyyy-MM-ddTHH:mm:ssZ`, the same
 * with milliseconds after a dot or (ImageUploadComplete) a colon, with an offset, or with nothing at the end: the cloud's
 * times are UTC, never local. Epoch seconds or milliseconds, as a number or in digits, are taken too. A date that
 * doesn't exist (February 30th) is none. Rule: cloud facts 1.1, 6.4.
 */
export function parseCloudTime(value: unknown): number | null {
  if (typeof value === 'number') return parseEpoch(value);
  if (typeof value !== 'string' || value.length > longestTime) return null;
  const usual = usualTime(value);
  if (usual !== null) return usual;
  const text = value.trim();
  const match = cloudTime.exec(text);
  if (!match) return digits.test(text) ? parseEpoch(Number(text)) : null;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const atDay = Date.UTC(Number(year), Number(month) - 1, Number(day));
  if (new Date(atDay).getUTCDate() !== Number(day) || Number(month) > 12 || Number(month) < 1) return null;
  const ofDay = (Number(hour) * 60 + Number(minute)) * 60 + Number(second);
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return null;
  const millis = fraction === undefined ? 0 : Number(`${fraction}00`.slice(0, 3));
  const offset = offsetMs(zone);
  return offset === null ? null : within(atDay + ofDay * 1000 + millis - offset);
}

/**
 * A time as nearly all are written, `2026-03-01T10:00:04Z`, of this century or since 1970; null for every other. An event has
 * up to a dozen: without a pattern and a list of what it found each costs a tenth.
 */
function usualTime(text: string): number | null {
  if (text.length !== 20 || !punctuated(text)) return null;
  const century = twoDigits(text, 0);
  const ofCentury = twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  if (century < 19 || century > 20 || ofCentury > 99 || month < 1 || month > 12 || day < 1) return null;
  const year = century * 100 + ofCentury;
  if (hour > 23 || minute > 59 || second > 59 || year < 1970 || day > daysIn(month, year)) return null;
  // Leap days that are over when the month begins: a leap year's own counts from March on.
  const days = (year - 1970) * 365 + leapDaysUntil(month > 2 ? year : year - 1) - leapDaysUntil(1969);
  return (((days + (daysBefore[month - 1] ?? 0) + day - 1) * 24 + hour) * 60 + minute) * 60_000 + second * 1_000;
}

function daysIn(month: number, year: number): number {
  if (month === 2) return leapDaysUntil(year) === leapDaysUntil(year - 1) ? 28 : 29;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** From the year 1 to the end of that one. */
const leapDaysUntil = (year: number): number => Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400);

const daysBefore = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

function punctuated(text: string): boolean {
  return (
    text.charCodeAt(4) === 0x2d &&
    text.charCodeAt(7) === 0x2d &&
    text.charCodeAt(10) === 0x54 &&
    text.charCodeAt(13) === 0x3a &&
    text.charCodeAt(16) === 0x3a &&
    text.charCodeAt(19) === 0x5a
  );
}

/** The number of two digits; over 99 where they are none. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 0x30;
  const ones = text.charCodeAt(at + 1) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : 100;
}

function parseEpoch(value: number): number | null {
  if (value >= 1e9 && value < 1e11) return within(Math.floor(value * 1000));
  if (value >= 1e12 && value < 1e14) return within(Math.floor(value));
  return null;
}

/** Null for one that no place on Earth has: beyond 14 hours, or 60 minutes and more. */
function offsetMs(zone: string | undefined): number | null {
  if (zone === undefined) return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(-2))];
  if (minutes > 59 || hours * 60 + minutes > 14 * 60) return null;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

function within(ms: number): number | null {
  return ms >= 0 && ms <= bounds.mostTimeMs ? ms : null;
}
