/**
 * Reads fields of a callback body whatever type the cloud gave them (cloud facts 1.3): numbers as strings, booleans as
 * 0/1, objects as JSON strings, either spelling of a name. A missing, empty or unusable value is null, never an error.
 */
import { hasControlCharacter } from '../../schemas/bounds.ts';
import { parseJson } from './json.ts';
import { parseCloudTime } from './time.ts';
import { Unusable } from './unusable.ts';

/** A callback body, or an object inside one, with its keys trimmed. */
export type Body = Readonly<Record<string, unknown>>;

/** Limits in UTF-8 bytes of what is kept of one value, so that a state's size has a bound. */
export const maxBytes = { id: 64, label: 64, code: 128, name: 256, title: 128, message: 256, url: 768 } as const;

const numeric = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$/;
/** No number of the cloud's is longer. Looked at before the pattern. */
const longestNumber = 64;

/** The first of `names` that holds a non-empty text (numbers and booleans count as their text), trimmed. */
export function textOf(body: Body, ...names: readonly string[]): string | null {
  for (const name of names) {
    const value = body[name];
    if (typeof value === 'string') {
      const text = value.trim();
      if (text !== '') return text;
    } else if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  }
  return null;
}

/** As `textOf`, cut to `limit` UTF-8 bytes at a character boundary. */
export function shortText(body: Body, limit: number, ...names: readonly string[]): string | null {
  const text = textOf(body, ...names);
  return text === null ? null : cut(text, limit);
}

/** An address. One longer than the limit is dropped: cut short it would lead somewhere else. */
export function urlOf(body: Body, ...names: readonly string[]): string | null {
  const text = textOf(body, ...names);
  return text === null || cut(text, maxBytes.url) !== text ? null : text;
}

/** A number, also from text. @throws Unusable where it is larger than any that can be kept */
export function numberOf(body: Body, ...names: readonly string[]): number | null {
  for (const name of names) {
    const number = parseNumber(body[name]);
    if (number === null) continue;
    if (!Number.isFinite(number)) throw new Unusable('out-of-range', `${name} is a number beyond all bounds`);
    return number === 0 ? 0 : number;
  }
  return null;
}

/** A whole number; a fraction is cut off, and one below 0 is none. @throws Unusable where it is larger than `most` */
export function countOf(body: Body, most: number, ...names: readonly string[]): number | null {
  const value = numberOf(body, ...names);
  if (value === null || value < 0) return null;
  if (value > most) throw new Unusable('out-of-range', `${names[0]} is ${value}, the most that can be kept is ${most}`);
  return Math.trunc(value);
}

function parseNumber(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.length > longestNumber) return null;
  const text = value.trim();
  return numeric.test(text) ? Number(text) : null;
}

export function booleanOf(body: Body, name: string): boolean | null {
  const text = textOf(body, name)?.toLowerCase();
  if (text === 'true' || text === '1') return true;
  return text === 'false' || text === '0' ? false : null;
}

export function timeOf(body: Body, name: string): number | null {
  return parseCloudTime(body[name]);
}

/** An object, also from a JSON string. */
export function objectOf(body: Body, name: string): Body | null {
  const value = unwrapped(body[name]);
  return isObject(value) ? trimmedKeys(value) : null;
}

/** The objects of an array, also from a JSON string; a single object counts as a list of one. */
export function objectsOf(body: Body, name: string): readonly Body[] {
  const value = unwrapped(body[name]);
  if (Array.isArray(value)) return value.map(unwrapped).filter(isObject).map(trimmedKeys);
  return isObject(value) ? [trimmedKeys(value)] : [];
}

/** Texts of an array, of a JSON string of an array, or of a comma-separated string; sorted, without repeats. */
export function textsOf(body: Body, name: string): readonly string[] {
  const value = unwrapped(body[name]);
  const items: readonly unknown[] = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : [];
  const texts = items.flatMap((item) => textOf({ item }, 'item') ?? []);
  return [...new Set(texts)].sort(compareText);
}

/** The body with its keys trimmed: official samples have keys that end in a space. The first of two equal keys wins. */
export function trimmedKeys(body: Body): Body {
  let clean = true;
  for (const key in body)
    if (mayBeTrimmed(key.charCodeAt(0)) || mayBeTrimmed(key.charCodeAt(key.length - 1))) clean = false;
  if (clean) return body;
  const trimmed: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [key, value] of Object.entries(body)) if (!(key.trim() in trimmed)) trimmed[key.trim()] = value;
  return trimmed;
}

/** Whether `trim` may take a character away: no visible one of ASCII. An empty key has none, which is NaN. */
const mayBeTrimmed = (code: number): boolean => code <= 0x20 || code > 0x7f;

/** Order by UTF-16 code units: the same on every machine and in every locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function isObject(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * `text` cut to at most `limit` UTF-8 bytes, never within a character. Lone surrogates have no UTF-8 form: encoded and
 * decoded again they would be another text.
 */
export function cut(text: string, limit: number): string {
  if (text.length * 3 <= limit) return text.toWellFormed();
  if (text.length <= limit && isAscii(text)) return text;
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (bytes > limit) return text.slice(0, end).toWellFormed();
    end += character.length;
  }
  return text.toWellFormed();
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

/** Names things in keys, logs and terminals, which a control character would break or cut. @throws Unusable */
export function plain(text: string, name: string): string {
  if (hasControlCharacter(text)) throw new Unusable('control-character', `${name} has a control character`);
  return text;
}

function unwrapped(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const text = value.trim();
  if (!text.startsWith('{') && !text.startsWith('[')) return value;
  try {
    return parseJson(text);
  } catch {
    return value;
  }
}
