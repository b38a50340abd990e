/**
 * A page in Chinese says what its English twin says: the same headings, code, tables and links in the same order, and in each
 * section the same names in backticks.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.zh-CN.md'], {
  cwd: root,
  encoding: 'utf8',
});
const pages = tracked.split('\n').filter(Boolean);
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const twinOf = (path: string) => path.replace('.zh-CN.md', '.md');

type Section = {
  readonly level: number;
  /** Code blocks without comments, which are translated. */
  readonly blocks: readonly string[];
  readonly codes: readonly string[];
  readonly links: readonly string[];
  /** Columns of each row of its tables. */
  readonly rows: readonly number[];
  readonly items: number;
  readonly paragraphs: number;
};

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const sorted = (texts: readonly string[]) => texts.toSorted(byText);

function sectionsOf(path: string): Section[] {
  const blocks: string[] = [];
  // A block's own `#` would be a heading.
  const text = read(path).replace(/^```[\s\S]*?^```$/gm, (block) => `@block${blocks.push(block) - 1}`);
  return text.split(/^(?=#{1,6} )/m).map((part) => ({
    level: /^#+/.exec(part)?.[0].length ?? 0,
    blocks: [...part.matchAll(/@block(\d+)/g)].map(([, index]) => withoutComments(blocks[Number(index)] ?? '')),
    codes: sorted(codesOf(part)),
    links: sorted([...part.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target.replace('.zh-CN.md', '.md')))
      // Each leads to the other.
      .filter((target) => target !== (path.split('/').at(-1) ?? '').replace('.zh-CN.md', '.md')),
    rows: [...part.matchAll(/^\|.*\|$/gm)].map(([row]) => row.replaceAll('\\|', '').split('|').length),
    items: [...part.matchAll(/^(?:-|\d+\.) /gm)].length,
    paragraphs: part
      .split(/\n{2,}/)
      .filter((paragraph) => paragraph.trim() !== '' && !/^\[(?:中文|English)\]\(/.test(paragraph)).length,
  }));
}

const codesOf = (part: string) => [...part.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code.replace(/\s+/g, ' '));
const withoutComments = (block: string) => block.replace(/ +#.*$/gm, '');

describe.each(pages)('%s', (path) => {
  const [chinese, english] = [sectionsOf(path), sectionsOf(twinOf(path))];

  it('has a twin, and each leads to the other', () => {
    expect(existsSync(join(root, twinOf(path)))).toBe(true);
    const name = path.split('/').at(-1) ?? '';
    expect(read(path)).toContain(`[English](${twinOf(name)})`);
    expect(read(twinOf(path))).toContain(`[中文](${name})`);
  });

  it('has the same headings', () => {
    expect(chinese.map(({ level }) => level)).toEqual(english.map(({ level }) => level));
  });

  it('is in Chinese, in all its headings', () => {
    for (const [heading = ''] of read(path)
      .replace(/^```[\s\S]*?^```$/gm, '')
      .matchAll(/^#{2,6} .*$/gm))
      expect(heading).toMatch(/\p{Script=Han}/u);
  });

  it.each(english.map((section, index) => [index, section] as const))(
    'says in section %i what its twin says',
    (index, section) => {
      expect(chinese[index]).toEqual(section);
    },
  );
});

it('the pages that a newcomer reads are there', () => {
  expect(pages.toSorted(byText)).toEqual([
    'README.zh-CN.md',
    'docs/getting-started.zh-CN.md',
    'docs/operations.zh-CN.md',
    'docs/policies.zh-CN.md',
  ]);
});
