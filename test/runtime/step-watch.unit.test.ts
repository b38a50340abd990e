import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { StepWatch } from '../../runtime/step-watch/index.ts';
import { processBatch } from '../../runtime/task-batch.ts';
import { temporaryFolder } from './running.ts';

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function fileOf(): Promise<string> {
  const { folder, remove } = await temporaryFolder();
  cleanUp.push(remove);
  return join(folder, 'state', 'slow-steps.json');
}

function life(file: string): Promise<{ said: string[]; signal: string | null }> {
  const script = new URL('slow-step-child.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, file, '300'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (text: Buffer) => {
    said += String(text);
  });
  return new Promise((resolve) => {
    child.once('close', (_code, signal) => resolve({ said: said.split('\n').filter((line) => line !== ''), signal }));
  });
}

// A record whose step never ended ended every life at the same place: its partition stood still for ever.
test('a step that does not end costs one life, and the next one sets its record aside', {
  timeout: 120_000,
}, async () => {
  const file = await fileOf();
  expect(await life(file)).toEqual({ said: ['0 done'], signal: 'SIGKILL' });
  expect(await life(file)).toEqual({ said: ['0 done', '1 set aside', '2 done'], signal: 'SIGKILL' });
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual([
    { topic: 'in', partition: 2, offset: 1 },
    { topic: 'in', partition: 2, offset: 3 },
  ]);
  expect(await life(file)).toEqual({ said: ['0 done', '1 set aside', '2 done', '3 set aside'], signal: null });
  expect(existsSync(file)).toBe(false);
});

test('the processor makes a dead letter of such a record without a step, and counts no failure', async () => {
  const steps = { wasTooSlow: ({ offset }: { offset: number }) => offset === 7, begin: () => {}, end: () => {} };
  const context = {
    topology: { name: 'shows', step: () => ({ kind: 'next', state: 'open', emit: [] }) },
    input: { decode: (bytes: Buffer) => bytes },
    ...{ inputTopic: 'in', changelogTopic: 'states', deadLetterTopic: 'dead', stage: 'shows-processor' },
    state: { encode: (state: string) => Buffer.from(state) },
    steps: steps as unknown as StepWatch,
  };
  const task = { partition: 0, position: 0, state: () => null, context } as unknown as Parameters<
    typeof processBatch
  >[0];
  const record = (offset: number) => ({
    ...{ topic: 'in', partition: 0, offset, key: `k${offset}`, value: Buffer.from('v'), headers: {}, timestampMs: 0 },
  });
  const batch = await processBatch(task, [record(6), record(7), record(8)], [], 10);
  expect(batch).toMatchObject({ failures: 0, nextPosition: 9, deferredBy: null });
  expect(batch.changes.map(({ key }) => key)).toEqual(['k6', 'k8']);
  expect(batch.records.find(({ topic }) => topic === 'dead')?.headers).toMatchObject({
    reason: 'step-too-slow',
    'origin-offset': '7',
  });
});
