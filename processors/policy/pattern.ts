/** `*` (any text, also none) and `?` (exactly one character) patterns on the names of a live stream. */

export type Pattern = {
  readonly text: string;
  /** Characters that are neither `*` nor `?`. */
  readonly literals: number;
  readonly questions: number;
  readonly stars: number;
  matches(name: string): boolean;
};

export function compilePattern(text: string): Pattern {
  let questions = 0;
  let stars = 0;
  let literals = 0;
  for (const character of text) {
    if (character === '*') stars += 1;
    else if (character === '?') questions += 1;
    else literals += 1;
  }
  const exact = stars === 0 && questions === 0;
  const characters = [...text];
  return {
    text,
    literals,
    questions,
    stars,
    matches: exact ? (name) => name === text : (name) => wild(characters, [...name]),
  };
}

/**
 * Negative when `a` is the more precise: no wildcard before any wildcard, then more literal characters, then fewer
 * stars, then more question marks. 0 means equally precise.
 */
export function comparePrecision(a: Pattern, b: Pattern): number {
  const wildcards = (pattern: Pattern) => (pattern.stars + pattern.questions > 0 ? 1 : 0);
  return wildcards(a) - wildcards(b) || b.literals - a.literals || a.stars - b.stars || b.questions - a.questions;
}

/** Linear in practice and at worst name × pattern: it remembers the last star instead of trying every split. */
function wild(pattern: readonly string[], name: readonly string[]): boolean {
  let p = 0;
  let n = 0;
  let star = -1;
  let resume = 0;
  while (n < name.length) {
    if (pattern[p] === '*') {
      star = p;
      p += 1;
      resume = n;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) {
      p += 1;
      n += 1;
    } else if (star >= 0) {
      p = star + 1;
      resume += 1;
      n = resume;
    } else return false;
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}
