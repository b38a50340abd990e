/**
 * A whole number that JavaScript can't hold exactly is given as its digits: an id of 19 of them, rounded, would be another
 * video's. Where a number is wanted the digits are read as one. One that is longer than any of the cloud's stays a number.
 */
type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
const parse = JSON.parse as (text: string, reviver?: Reviver) => unknown;

const longNumber = /[:[,\s]-?\d{16,}/;
const wholeNumber = /^-?\d{16,64}$/;

const exact: Reviver = (_key, value, { source }) =>
  source !== undefined && wholeNumber.test(source) && !Number.isSafeInteger(value) ? source : value;

/** No body of the cloud's is nested deeper. What is counts as if it held such a number. */
const deepest = 16;

/** As `JSON.parse`. A reviver visits every value, so it is used only where a long number may be. */
export function parseJson(text: string): unknown {
  const value = parse(text);
  return mayBeRounded(value, 0) && longNumber.test(text) ? parse(text, exact) : value;
}

/** Whether it may be or hold a number beyond the exact ones: to look at what was read is cheaper than to search its text. */
function mayBeRounded(value: unknown, depth: number): boolean {
  if (typeof value === 'number') return !(Math.abs(value) <= Number.MAX_SAFE_INTEGER);
  if (typeof value !== 'object' || value === null) return false;
  if (depth === deepest) return true;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i += 1) if (mayBeRounded(value[i], depth + 1)) return true;
    return false;
  }
  const object = value as Readonly<Record<string, unknown>>;
  for (const key in object) if (mayBeRounded(object[key], depth + 1)) return true;
  return false;
}
