import { bounds } from '../../schemas/bounds.ts';

/** No time of the cloud's is longer. Looked at before any pattern. */
const longestTime = 64;
/** Of a month's first 28 days: nearly every time there is, read at a third of the cost. */
const usual = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;
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
  if (usual.test(value)) return within(Date.parse(value));
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
