import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type Failures, failureCountIn } from '../../runtime/failure-count.ts';
import { FailureLimit } from '../../runtime/failure-limit.ts';
import { temporaryFolder } from './running.ts';

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function lives(): Promise<{ folder: string; next: () => FailureLimit }> {
  const { folder, remove } = await temporaryFolder();
  cleanUp.push(remove);
  const state = join(folder, 'state');
  return { folder: state, next: () => new FailureLimit(failureCountIn(state), { ratio: 0.1, allowed: 3 }) };
}

/** One failing record per batch, as in a topic with little traffic; how many became dead letters. */
function fail(limit: FailureLimit): number {
  for (let written = 0; ; written++) {
    try {
      limit.check(1, 1, 'broken');
    } catch {
      return written;
    }
    limit.passed(1, 1);
  }
}

// Each life counted from nothing, and whoever starts a process that ended had the whole topic in dead letters in the end.
test('a processor that gave up and is started again writes no more dead letters', async () => {
  const { next } = await lives();
  expect(fail(next())).toBe(3);
  expect(fail(next())).toBe(0);
  expect(fail(next())).toBe(0);
});

test('a release that works again earns its allowance back, over restarts too', async () => {
  const { next } = await lives();
  fail(next());
  const mended = next();
  mended.passed(100, 0);
  mended.save();
  expect(fail(next())).toBeGreaterThan(0);
});

// The count was written down with failing batches and at a proper end only: after a kill the failures counted against none
// of the good records since, and a processor that had been well for months stopped over a few bad records.
test('what went well since is remembered after a kill', async () => {
  const { next } = await lives();
  const killed = next();
  fail(killed);
  for (let batches = 0; batches < 50; batches++) killed.passed(100, 0);
  expect(fail(next())).toBeGreaterThan(300);
});

test('failures that have faded are not written down for ever', () => {
  const written: number[] = [];
  const count = {
    place: '',
    read: () => ({ records: 3, failures: 3 }),
    write: (kept: Failures) => void written.push(kept.failures),
  };
  const limit = new FailureLimit(count);
  for (let batches = 0; batches < 50; batches++) limit.passed(2_000, 0);
  expect(written.at(-1)).toBe(0);
  expect(written.length).toBeLessThan(20);
});

test('deleting the file that the message names allows as many again', async () => {
  const { folder, next } = await lives();
  const limit = next();
  fail(limit);
  expect(() => limit.check(1, 1, 'broken')).toThrow(join(folder, 'failures.json'));
  expect(await readdir(folder)).toEqual(['failures.json']);
  await writeFile(join(folder, 'failures.json'), 'not what it was');
  expect(fail(next())).toBe(3);
});

test('a few failures among many records are no reason to stop, nor to write anything without one', async () => {
  const { folder, next } = await lives();
  const limit = next();
  limit.passed(1_000, 0);
  limit.save();
  await expect(readdir(folder)).rejects.toThrow('ENOENT');
  expect(() => limit.check(10, 10, 'broken')).not.toThrow();
});
