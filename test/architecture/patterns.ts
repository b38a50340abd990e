import { parseSync } from 'vite';

/** A regular expression of the sources. `pattern` is null where it is put together at run time. */
export type Pattern = { readonly pattern: string | null; readonly flags: string; readonly line: number };

/** Every regular expression in a TypeScript source: literals, and calls of `RegExp`. Read by a parser, not by a pattern. */
export function patternsOf(file: string, source: string): Pattern[] {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file} can't be parsed: ${errors[0]?.message}`);
  const found: Pattern[] = [];
  const lineOf = (start: number) => source.slice(0, start).split('\n').length;
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const node = value as Node;
    if (node.type === 'Literal' && node.regex) found.push({ ...node.regex, line: lineOf(node.start) });
    if ((node.type === 'NewExpression' || node.type === 'CallExpression') && node.callee?.name === 'RegExp') {
      const [first] = node.arguments ?? [];
      const text = first?.type === 'Literal' && typeof first.value === 'string' ? first.value : null;
      found.push({ pattern: text, flags: '', line: lineOf(node.start) });
    }
    Object.values(node).forEach(visit);
  };
  visit(program);
  return found;
}

type Node = {
  readonly type: string;
  readonly start: number;
  readonly value?: unknown;
  readonly regex?: { readonly pattern: string; readonly flags: string };
  readonly callee?: { readonly name?: string };
  readonly arguments?: readonly Node[];
};

/**
 * Texts that make a pattern work hard: its own characters, repeated, after what it begins with, and with an end that it
 * doesn't take.
 */
export function* hostileTexts(pattern: string, length: number): Generator<string> {
  const alphabet = charactersOf(pattern);
  const starts = ['', ...prefixesOf(pattern)];
  const ends = ['', '!', '\u0000', 'x', '\n'];
  const pairs = alphabet.flatMap((a) => alphabet.filter((b) => b !== a).map((b) => a + b)).slice(0, 100);
  // What a pair makes slow shows at 16 KiB as well.
  for (const unit of length > 16 * 1024 ? alphabet : [...alphabet, ...pairs]) {
    const body = unit.repeat(Math.ceil(length / unit.length));
    for (const start of starts) for (const end of ends) yield start + body + end;
  }
}

/** One character for each that the pattern speaks of: itself, or one of its class. */
function charactersOf(pattern: string): string[] {
  const found = new Set<string>(['a', '1', ' ']);
  const classes: Readonly<Record<string, string>> = { d: '1', w: 'a', s: ' ', n: '\n', r: '\r', t: '\t' };
  for (let i = 0; i < pattern.length; i += 1) {
    const one = pattern[i] ?? '';
    if (one !== '\\') {
      if (!'^$.|?*+()[]{}'.includes(one)) found.add(one);
      continue;
    }
    i += 1;
    const escaped = pattern[i] ?? '';
    found.add(classes[escaped] ?? escaped);
  }
  return [...found].slice(0, 14);
}

/** What the pattern spells out at its beginning, cut anywhere. */
function prefixesOf(pattern: string): string[] {
  const literal = /^\^?((?:[\w:/ -]|\\[/.])+)/.exec(pattern)?.[1]?.replaceAll('\\', '') ?? '';
  return [literal, literal.slice(0, -1)].filter((text) => text !== '');
}
