import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** Every number that may be cited: `4`, `1.2` and the facts below them, `4.6`, `1.2.1`. */
function numbersOf(document: string): Set<string> {
  const numbers = new Set<string>();
  let section = '';
  let next = 1;
  for (const line of document.split('\n')) {
    const heading = /^#{2,3} (\d+(?:\.\d+)?) /.exec(line)?.[1];
    const item = /^(\d+)\. /.exec(line)?.[1];
    if (heading !== undefined) {
      section = heading;
      next = 1;
      numbers.add(section);
    } else if (item !== undefined && section !== '') {
      expect(Number(item), `${section}: facts are numbered one by one`).toBe(next);
      next += 1;
      numbers.add(`${section}.${item}`);
    }
  }
  return numbers;
}

test('every fact of the cloud that is cited stands in docs/cloud-facts.md', () => {
  const known = numbersOf(read('docs/cloud-facts.md'));
  expect(known.size).toBeGreaterThan(80);
  const files = execFileSync('git', ['ls-files', '-z', '*.ts', '*.tsx', '*.md', '*.avsc', '*.sh'], {
    cwd: root,
    encoding: 'utf8',
  });
  const lost: string[] = [];
  for (const file of files.split('\0').filter((name) => name !== '' && name !== 'docs/cloud-facts.md')) {
    for (const [, list = ''] of read(file).matchAll(/cloud facts ((?:\d+(?:\.\d+)*(?:, | and )?)+)/gi))
      for (const number of list.match(/\d+(?:\.\d+)*/g) ?? []) if (!known.has(number)) lost.push(`${file}: ${number}`);
  }
  expect(lost).toEqual([]);
});
