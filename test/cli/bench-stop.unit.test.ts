import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { madePrefixes, newPrefix } from '../../bench/prefix.ts';
import { bench } from '../../cli/bench.ts';
import { deletable } from '../../cli/bench-stop.ts';

test('a stopped benchmark deletes the topics of its own prefixes, and none of another run, whenever that began', () => {
  const topics = ['bench-1.callbacks', 'bench-1.peer-changelog', 'bench-2.callbacks', 'bench-3.callbacks', 'callbacks'];
  expect(deletable(topics, ['bench-1.', 'bench-3.'], [])).toEqual([
    'bench-1.callbacks',
    'bench-1.peer-changelog',
    'bench-3.callbacks',
  ]);
  expect(deletable(topics, ['bench-1.', 'bench-3.'], ['bench-3.'])).toEqual(topics.slice(0, 2));
  expect(deletable(topics, [], [])).toEqual([]);
});

test('each prefix is another one, and is known as made by this run', () => {
  const [one, other] = [newPrefix(), newPrefix()];
  expect(one).not.toBe(other);
  expect(madePrefixes()).toEqual(expect.arrayContaining([one, other]));
});

test('no benchmark makes a prefix in another way', () => {
  const folder = join(import.meta.dirname, '../../bench');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  expect(files.filter((name) => readFileSync(join(folder, name), 'utf8').includes('`bench-${randomUUID'))).toEqual([
    'prefix.ts',
  ]);
});

test('a benchmark that fails, and was not told to stop, ends its process too', async () => {
  let ended = 0;
  const options = { peer: true, signal: new AbortController().signal };
  const end = () => {
    ended += 1;
  };
  await expect(bench('no such benchmark', options, end)).rejects.toThrow('no measurement');
  expect(ended).toBe(1);
});
