import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exitCode } from '../cli/exit.ts';
import { metricCatalogue } from '../platform/telemetry/index.ts';
import { settingTable } from '../schemas/settings.ts';
import { topicsPage } from '../schemas/topics-page.ts';

const root = join(import.meta.dirname, '..');
const textOf = (path: string) => readFileSync(join(root, path), 'utf8');
const page = (name: string) => textOf(`docs/${name}`);
const namesIn = (text: string) => [...text.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1]);

describe('the reference pages list exactly what exists', () => {
  test('settings, with what is accepted', () => {
    const text = page('settings.md');
    expect(namesIn(text)).toEqual(Object.keys(settingTable));
    for (const { accepts } of Object.values(settingTable)) expect(text).toContain(accepts.replaceAll('|', '\\|'));
  });

  test('exit codes', () => {
    const rows = [...page('operations.md').matchAll(/^\| (\d+) \|/gm)].map((match) => Number(match[1]));
    expect([...new Set(rows)]).toEqual(Object.values(exitCode));
  });

  test('metrics, with their labels', () => {
    const text = page('metrics.md');
    expect(namesIn(text)).toEqual(Object.keys(metricCatalogue));
    for (const [name, { kind, labels }] of Object.entries(metricCatalogue)) {
      expect(text).toContain(`| \`${name}\` | ${kind} | ${labels.join(', ') || '–'} |`);
    }
  });

  test('topics, as their contracts have them (node schemas/topics-page.ts)', () => {
    expect(page('topics.md')).toBe(topicsPage());
  });
});

const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean);
const rooms = new Set(tracked.filter((file) => file.includes('/')).map((file) => file.split('/')[0]));
// What an older version was changed in may be gone by now.
const pages = tracked.filter((file) => file.endsWith('.md') && file !== 'CHANGELOG.md');
/** Asked of the disk, not of git: a page is written together with what it names. */
const exists = (path: string) => existsSync(join(root, path));
/** Made by a script, and ignored by git. */
const made = ['deploy/images.lock.yml'];

/** As GitHub names the anchors of headings. */
const anchorsOf = (text: string) =>
  [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );

const linksOf = (path: string) =>
  [...textOf(path).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/i.test(target));

/** `a/{b,c}.ts` is two. */
function expanded(path: string): string[] {
  const braces = /\{([^}]*)\}/.exec(path);
  return braces?.[1] === undefined ? [path] : braces[1].split(',').map((part) => path.replace(braces[0], part.trim()));
}

const isSource = /\.(?:tsx?|sql|avsc|sh|md)$/;

/** Paths in backticks, each as from the root and as from the page's own folder. In a room's page bare names are files of it. */
function pathsOf(path: string): { readonly path: string; readonly places: readonly string[] }[] {
  const folder = posix.dirname(path);
  const isRoom = rooms.has(folder) && folder !== 'docs';
  return [...textOf(path).matchAll(/`([\w.{},/-]+)(?::\d+)?`/g)]
    .flatMap(([, named = '']) => expanded(named))
    .filter((named) =>
      named.includes('/') ? isSource.test(named) || rooms.has(named.split('/')[0]) : isRoom && isSource.test(named),
    )
    .map((named) => ({ path, places: [named, posix.join(folder, named)] }));
}

describe('the pages', () => {
  test('have no link that leads nowhere', () => {
    const lost = pages.flatMap((path) =>
      linksOf(path)
        .filter((link) => {
          const [file = '', anchor] = link.split('#');
          const target = file === '' ? path : posix.join(posix.dirname(path), file);
          return !exists(target) || (anchor !== undefined && !anchorsOf(textOf(target)).includes(anchor));
        })
        .map((link) => `${path}: ${link}`),
    );
    expect(lost).toEqual([]);
  });

  test('name no file and no folder that is gone', () => {
    const named = pages.flatMap(pathsOf);
    expect(named.length).toBeGreaterThan(80);
    const lost = named.filter(({ places }) => !places.some((place) => exists(place) || made.includes(place)));
    expect(lost.map(({ path, places }) => `${path}: ${places[0]}`)).toEqual([]);
  });

  test('are all in the index, and decisions in theirs, each by a number of its own', () => {
    const linked = (index: string) =>
      linksOf(index).map((link) => posix.join(posix.dirname(index), link.split('#')[0] ?? ''));
    const inFolder = (folder: string) =>
      pages.filter((path) => posix.dirname(path) === folder && !path.endsWith('/README.md'));
    expect(inFolder('docs').filter((path) => !linked('docs/README.md').includes(path))).toEqual([]);
    const decisions = inFolder('docs/decisions');
    expect(decisions.filter((path) => !linked('docs/decisions/README.md').includes(path))).toEqual([]);
    const numbers = decisions.map((path) => posix.basename(path).slice(0, 3));
    expect(numbers).toEqual([...new Set(numbers)]);
    expect(decisions.map((path) => textOf(path).slice(2, 5))).toEqual(numbers);
  });
});
