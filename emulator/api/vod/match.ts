import { ApiFault } from '../errors.ts';

/** One condition of a search: `Field = 'x'`, `Field in ('x','y')` or the range `Field = ('from','to')`. */
export type Term = { readonly field: string; readonly values: readonly string[]; readonly isRange: boolean };

/** Any of the groups holds, each where all of its terms do: `and` binds before `or`. */
export type Match = readonly (readonly Term[])[];

/** `at` is the part that can't be read (cloud facts 3.2.9). */
export const invalidMatch = (at = '') =>
  new ApiFault('ErrorMatchSyntax', 400, `The parameter Match.${at} has an error syntax, please check it.`);

const term = /^(\w+)\s*(=|in)\s*(?:'([^']*)'|\(([^)]*)\))$/i;

/**
 * Reads a `Match` of SearchMedia; empty for none. Words within quotes are left alone.
 * @throws ApiFault ErrorMatchSyntax
 */
export function parseMatch(text: string): Match {
  if (text.trim() === '') return [[]];
  return split(text, 'or').map((group) => split(group, 'and').map(termOf));
}

const words = { and: /\band\b/i, or: /\bor\b/i } as const;

/** Parts between the word, outside of quotes. */
function split(text: string, word: keyof typeof words): string[] {
  const parts = [''];
  for (const [index, piece] of text.split("'").entries()) {
    const [first = '', ...more] = index % 2 === 0 ? piece.split(words[word]) : [piece];
    parts.push(`${parts.pop()}${index === 0 ? '' : "'"}${first}`, ...more);
  }
  return parts;
}

function termOf(text: string): Term {
  const [, field, operator, one, many] = term.exec(text.trim()) ?? [];
  if (field === undefined || operator === undefined) throw invalidMatch(text.trim());
  const values = one === undefined ? (many ?? '').split(',').map((value) => value.trim().replace(/^'|'$/g, '')) : [one];
  return { field, values, isRange: operator === '=' && one === undefined };
}
