import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hostileTexts, type Pattern, patternsOf } from './architecture/patterns.ts';

const root = join(import.meta.dirname, '..');
const rooms = ['bench', 'cli', 'client', 'connectors', 'emulator', 'local', 'platform', 'processors', 'runtime'];
const patterns = allPatterns();

/** Grown step by step, so that a pattern that explodes is caught before it takes all day. */
const lengths = [16, 24, 1024, 16 * 1024, 64 * 1024];
const allowedMs = 50;

// A callback whose `Size` was 250,000 digits and an x held the processor and the sink up for a quarter of an hour: the
// pattern for numbers tried every place to break the digits in two.
describe('the patterns of the sources', { timeout: 600_000 }, () => {
  test('are found', () => {
    expect(patterns.length).toBeGreaterThan(40);
    expect(patternsOf('a.ts', "const a = /b+/g; new RegExp('c'); RegExp(a)")).toEqual([
      { pattern: 'b+', flags: 'g', line: 1 },
      { pattern: 'c', flags: '', line: 1 },
      { pattern: null, flags: '', line: 1 },
    ]);
  });

  test('are written out, so that they can be looked at', () => {
    expect(patterns.filter(({ pattern }) => pattern === null).map(({ where }) => where)).toEqual([]);
  });

  test('take time in proportion to a text, however hostile it is', () => {
    const slow = patterns.flatMap(({ pattern, flags, where }) => {
      const why = pattern === null ? null : slowness(new RegExp(pattern, flags));
      return why === null ? [] : [`${where} /${pattern}/: ${why}`];
    });
    expect(slow).toEqual([]);
  });

  test('would be found to be slow, where they are', () => {
    expect(slowness(/^[+-]?(?:\d+\.?\d*|\.\d+)$/)).not.toBeNull();
    expect(slowness(/^(a+)+$/)).not.toBeNull();
    expect(slowness(/\s+$/)).not.toBeNull();
  });
});

/** Why a pattern is slow; null where it isn't. */
function slowness(pattern: RegExp): string | null {
  for (const length of lengths) {
    for (const text of hostileTexts(pattern.source, length)) {
      const ms = cpuMs(pattern, text);
      if (ms > allowedMs)
        return `${Math.round(ms)} ms of CPU for ${JSON.stringify(text.slice(0, 30))}… of ${text.length}`;
    }
  }
  return null;
}

/** The best of three where it seems slow: what else the machine does must not count. */
function cpuMs(pattern: RegExp, text: string): number {
  let best = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < 3 && best > allowedMs; tries += 1) {
    const before = process.threadCpuUsage();
    text.search(pattern);
    if (pattern.global) text.replace(pattern, '');
    pattern.lastIndex = 0;
    const { user, system } = process.threadCpuUsage(before);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}

function allPatterns(): (Pattern & { readonly where: string })[] {
  const files = globSync([`{${rooms.join(',')}}/**/*.{ts,tsx}`, 'schemas/*.ts'], { cwd: root });
  return files
    .filter((file) => !file.includes('/dist/'))
    .sort()
    .flatMap((file) => {
      const found = patternsOf(file, readFileSync(join(root, file), 'utf8'));
      return found.map((one) => ({ ...one, where: `${file}:${one.line}` }));
    });
}
