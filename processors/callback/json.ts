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

/** As `JSON.parse`. A reviver visits every value, so it is used only where a long number may be. */
export function parseJson(text: string): unknown {
  return longNumber.test(text) ? parse(text, exact) : parse(text);
}
