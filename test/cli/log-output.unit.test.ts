import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { passOn } from '../../cli/log-output.ts';
import { type Clock, systemClock } from '../../platform/host/index.ts';
import { eventually } from '../support/eventually.ts';

let folder: string;
let nowMs: number;
let clock: Clock;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'live2vod-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  nowMs = 0;
  clock = { ...systemClock, monotonicMs: () => nowMs };
});

test('whole lines get there, whatever pieces they came in', async () => {
  const source = new PassThrough();
  const file = join(folder, 'role.log');
  passOn(source, { to: file, clock });
  for (const piece of ['{"a":', '1}\n{"b"', ':2}\nrest']) source.write(piece);
  source.end();
  await eventually(() => expect(readFileSync(file, 'utf8')).toBe('{"a":1}\n{"b":2}\nrest'));
});

// A stream that fails and that nobody listens to ended the supervisor, and with it all roles.
test('a disk without room ends nothing: what is said goes on being read', async () => {
  const source = new PassThrough();
  const faults: unknown[] = [];
  passOn(source, { to: '/dev/full', clock, onLost: (error) => faults.push(error) });
  source.write('one\n');
  await eventually(() => expect(faults).toHaveLength(1));
  for (let line = 0; line < 10_000; line += 1) source.write('another line that nobody will read\n');
  await eventually(() => expect(source.readableLength + source.writableLength).toBe(0));
  expect(faults).toHaveLength(1);
});

test('what could not be written is counted in a line as soon as there can be one', async () => {
  const source = new PassThrough();
  const file = join(folder, 'away', 'role.log');
  const faults: unknown[] = [];
  passOn(source, { to: file, clock, onLost: (error) => faults.push(error) });
  source.write('12345678\n');
  await eventually(() => expect(faults).toHaveLength(1));
  mkdirSync(join(folder, 'away'));
  nowMs += 10_000;
  source.write('here again\n');
  await eventually(() => expect(readFileSync(file, 'utf8')).toMatch(/"lostBytes":9.*\nhere again\n/));
});

test('a reader that stands still holds up nobody: more than a bound is dropped', async () => {
  const source = new PassThrough();
  const fifo = join(folder, 'fifo');
  execFileSync('mkfifo', [fifo]);
  passOn(source, { to: fifo, clock });
  const line = `${'x'.repeat(1_023)}\n`;
  for (let count = 0; count < 20_000; count += 1) source.write(line);
  await eventually(() => expect(source.readableLength + source.writableLength).toBe(0));
  source.end();
  // Read at last, so that nobody waits for it any more.
  const read = await new Promise<number>((resolve) => {
    execFile('cat', [fifo], { maxBuffer: 64 * 1024 * 1024 }, (_error, text) => resolve(text.length));
  });
  expect(read).toBeGreaterThan(0);
  expect(read).toBeLessThanOrEqual(4 * 1024 * 1024);
});
