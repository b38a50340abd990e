import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { processorFlags } from '../../bench/target.ts';
import { startScript } from '../../local/index.ts';

const root = join(import.meta.dirname, '../..');

/** What Node is started with for a command line, one argument a line. */
function started(...command: string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'live2vod-start-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const node = join(folder, 'a node');
  writeFileSync(node, '#!/bin/sh\nprintf "%s\\n" "$@"\n');
  chmodSync(node, 0o755);
  return execFileSync('sh', [startScript, node, ...command], { encoding: 'utf8' })
    .trimEnd()
    .split('\n');
}

const main = `${startScript.replace(/\/[^/]*$/, '')}/../cli/main.ts`;
const smallNewSpace = '--max-semi-space-size=16';

test('a processor starts with a small new space, by itself and as one of several', () => {
  expect(started('run', 'processor')).toEqual([smallNewSpace, main, 'run', 'processor']);
  expect(started('run', 'processor', '--process', '2')).toEqual([
    smallNewSpace,
    main,
    'run',
    'processor',
    '--process',
    '2',
  ]);
});

test('the benchmark starts its processors with the same flags', () => {
  expect(started('run', 'processor')).toEqual([...processorFlags, main, 'run', 'processor']);
});

test('everything else starts as Node does by itself, with its arguments as they are', () => {
  expect(started('run', 'sink')).toEqual([main, 'run', 'sink']);
  expect(started('transcode', 'run processor', '*')).toEqual([main, 'transcode', 'run processor', '*']);
  expect(started()).toEqual([main]);
});

test('Node takes that flag, and its new space keeps to it', () => {
  const filled = `
    const kept = [];
    for (let i = 0; i < 3e6; i++) kept[i % 200_000] = { i, list: [i] };
    const { space_size } = require('node:v8').getHeapSpaceStatistics().find((one) => one.space_name === 'new_space');
    console.log(space_size);`;
  const bytes = Number(execFileSync(process.execPath, [smallNewSpace, '-e', filled], { encoding: 'utf8' }));
  // Two semi-spaces, and a page beside each.
  expect(bytes).toBeLessThanOrEqual(2 * 17 * 1024 * 1024);
});

test('the wrapper, the image and the supervisor start the command line by that script', () => {
  for (const file of ['live2vod', 'Dockerfile']) {
    const text = readFileSync(join(root, file), 'utf8');
    expect([file, /local\/start\.sh/.test(text), /cli\/main\.ts/.test(text)]).toEqual([file, true, false]);
  }
  expect(readFileSync(join(root, 'cli/supervisor.ts'), 'utf8')).toMatch(/spawn\('\/bin\/sh', \[startScript, /);
});
