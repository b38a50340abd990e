/**
 * Reads fields of a callback body whatever type the cloud gave them (cloud facts 1.3): numbers as strings, booleans as
 * 0/1, objects as JSON strings, either spelling of a name. A missing, empty or unusable value is null, never an error.
 */
import { hasControlCharacter } from '../../schemas/bounds.ts';
import { parseJson } from './json.ts';
import { Unusable } from './unusable.ts';

/** A callback body, or an object inside one, with its keys trimmed. */
export type Body = Readonly<Record<string, unknown>>;

/** Limits in UTF-8 bytes of what is kept of one value, so that a state's size has a bound. */
export const maxBytes = { id: 64, label: 64, code: 128, name: 256, title: 128, message: 256, url: 768 } as const;

const numeric = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$/;
/** No number of the cloud's is longer. Looked at before the pattern. */
const longestNumber = 64;

/** A non-empty text (a number or a boolean counts as its text), trimmed. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'string') {
    const text = trimmed(value);
    return text === '' ? null : text;
  }
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

/** As `textOf`, cut to `limit` UTF-8 bytes at a character boundary. */
export function shortText(value: unknown, limit: number): string | null {
  const text = textOf(value);
  return text === null ? null : cut(text, limit);
}

/** An address. One longer than the limit is dropped: cut short it would lead somewhere else. */
export function urlOf(value: unknown): string | null {
  const text = textOf(value);
  return text === null || cut(text, maxBytes.url) !== text ? null : text;
}

/** A number, also from text. `name` is for the error. @throws Unusable where it is larger than any that can be kept */
export function numberOf(value: unknown, name: string): number | null {
  const number = parseNumber(value);
  if (number === null) return null;
  if (!Number.isFinite(number)) throw new Unusable('out-of-range', `${name} is a number beyond all bounds`);
  return number === 0 ? 0 : number;
}

/** A whole number; a fraction is cut off, and one below 0 is none. @throws Unusable where it is larger than `most` */
export function countOf(value: unknown, most: number, name: string): number | null {
  const number = numberOf(value, name);
  if (number === null || number < 0) return null;
  if (number > most) throw new Unusable('out-of-range', `${name} is ${number}, the most that can be kept is ${most}`);
  return Math.trunc(number);
}

/** A share, 0 to 1; whatever else it is counts as not told, however absurd, since it decides nothing. */
export function shareOf(value: unknown): number | null {
  const number = parseNumber(value);
  return number === null || !(number >= 0 && number <= 1) ? null : number === 0 ? 0 : number;
}

function parseNumber(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.length > longestNumber) return null;
  const usual = usualNumber(value);
  if (usual >= 0) return usual;
  const text = trimmed(value);
  return numeric.test(text) ? Number(text) : null;
}

/** The number of one to nine decimal digits, as nearly all are written; -1 for every other text. */
function usualNumber(text: string): number {
  if (text.length === 0 || text.length > 9) return -1;
  let number = 0;
  for (let i = 0; i < text.length; i += 1) {
    const digit = text.charCodeAt(i) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return -1;
    number = number * 10 + digit;
  }
  return number;
}

export function booleanOf(value: unknown): boolean | null {
  if (typeof value === 'boolean') return value;
  const text = textOf(value)?.toLowerCase();
  if (text === 'true' || text === '1') return true;
  return text === 'false' || text === '0' ? false : null;
}

/** An object, also from a JSON string. */
export function objectOf(value: unknown): Body | null {
  const object = unwrapped(value);
  return isObject(object) ? trimmedKeys(object) : null;
}

/** The objects of an array, also from a JSON string; a single object counts as a list of one. */
export function objectsOf(value: unknown): readonly Body[] {
  const list = unwrapped(value);
  if (!Array.isArray(list)) return isObject(list) ? [trimmedKeys(list)] : [];
  const objects: Body[] = [];
  for (const item of list) {
    const object = objectOf(item);
    if (object !== null) objects.push(object);
  }
  return objects;
}

/** Texts of an array, of a JSON string of an array, or of a comma-separated string; sorted, without repeats. */
export function textsOf(value: unknown): readonly string[] {
  const list = unwrapped(value);
  const items: readonly unknown[] = Array.isArray(list) ? list : typeof list === 'string' ? list.split(',') : [];
  const texts = items.flatMap((item) => textOf(item) ?? []);
  return [...new Set(texts)].sort(compareText);
}

/** The body with its keys trimmed: official samples have keys that end in a space. The first of two equal keys wins. */
export function trimmedKeys(body: Body): Body {
  let clean = true;
  for (const key in body) if (mayBeTrimmed(key)) clean = false;
  if (clean) return body;
  const keys: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [key, value] of Object.entries(body)) if (!(key.trim() in keys)) keys[key.trim()] = value;
  return keys;
}

/** As `trim`, of which nearly all texts have no need: looking costs a fraction of the call. */
const trimmed = (text: string): string => (mayBeTrimmed(text) ? text.trim() : text);

/** Whether `trim` may take a character away: no visible one of ASCII. An empty text has none, which is NaN. */
const mayBeTrimmed = (text: string): boolean =>
  isSpace(text.charCodeAt(0)) || isSpace(text.charCodeAt(text.length - 1));
const isSpace = (code: number): boolean => code <= 0x20 || code > 0x7f;

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
  const text = trimmed(value);
  if (!text.startsWith('{') && !text.startsWith('[')) return value;
  try {
    return parseJson(text);
  } catch {
    return value;
  }
}
