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
  const characters = [...text];
  const stars = characters.filter((character) => character === '*').length;
  const questions = characters.filter((character) => character === '?').length;
  return {
    text,
    literals: characters.length - stars - questions,
    questions,
    stars,
    matches: (name) => wild(characters, [...name]),
  };
}

/**
 * Negative when `a` is the more precise of two that match one name: more literal characters, so that a name without
 * wildcards comes first, then fewer stars, then more question marks. 0 means equally precise.
 */
export function comparePrecision(a: Pattern, b: Pattern): number {
  return b.literals - a.literals || a.stars - b.stars || b.questions - a.questions;
}

/** Linear in practice and at worst name × pattern: it remembers the last star instead of trying every split. */
function wild(pattern: readonly string[], name: readonly string[]): boolean {
  let p = 0;
  let n = 0;
  let afterStar: { readonly p: number; readonly n: number } | null = null;
  while (n < name.length) {
    if (pattern[p] === '*') {
      p += 1;
      afterStar = { p, n };
    } else if (pattern[p] === '?' || pattern[p] === name[n]) {
      p += 1;
      n += 1;
    } else if (afterStar) {
      // The star takes one character more.
      afterStar = { p: afterStar.p, n: afterStar.n + 1 };
      ({ p, n } = afterStar);
    } else return false;
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}
