/**
 * The mechanism of the fault: a benchmark at work waits for its processes, and nothing told these of a signal, so it went on
 * to its end.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { Admin } from '../../connectors/kafka/index.ts';
import { eventually } from '../support/eventually.ts';
import { childrenOf, command, ownSettings } from './command.ts';

const { brokers, ...stack } = inject('stack');

test('a benchmark that is told to stop ends soon, not with 0, and leaves no process, topic or temporary file', async () => {
  const own = await ownSettings({ ...stack, brokers });
  const temporary = mkdtempSync(join(tmpdir(), 'live2vod-bench-stop-'));
  onTestFinished(() => rmSync(temporary, { recursive: true, force: true }));
  const admin = await Admin.connect({ brokers, clientId: 'test-bench-stop' });
  onTestFinished(() => admin.close());
  const topics = async () => new Set((await admin.listTopics()).filter((name) => name.startsWith('bench-')));
  const before = await topics();

  // So many callbacks that it can't be done before.
  const bench = command(['bench', 'processor', '--no-peer', '--size', '4000'], { ...own, TMPDIR: temporary });
  const children = await eventually(() => {
    const running = childrenOf(bench.pid).filter(({ args }) => args.includes('processor-target'));
    expect(running.length, bench.text()).toBeGreaterThan(0);
    return running;
  });
  expect(await topics()).not.toEqual(before);
  expect(readdirSync(temporary)).not.toEqual([]);
  // That of another run, which began later.
  const others = `bench-${randomUUID()}.callbacks`;
  await admin.ensureTopics([{ name: others, partitions: 1 }]);
  onTestFinished(() => admin.deleteTopic(others));
  bench.kill('SIGTERM');
  expect(await bench.status, bench.text()).toBe(143);
  expect(bench.text()).toContain('stopped before the measurement had ended');

  for (const { pid } of children) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  expect(await topics()).toEqual(new Set([...before, others]));
  expect(readdirSync(temporary)).toEqual([]);
});
