import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, inject, test } from 'vitest';
import { Consumer } from '../../../connectors/kafka/index.ts';
import { countingTopics } from '../../runtime/counting-topics.ts';
import { eventually } from '../../support/eventually.ts';

const { brokers } = inject('stack');
const cleanUp: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

const script = fileURLToPath(new URL('unanswered-process.ts', import.meta.url));

// The native client's close waits without end for the answer to what the group has said last. A processor that was told of
// its partitions while its loop was held up, and then to stop, sat there for 50 minutes, its parent long gone.
test.each(['assign', 'revoke', 'lost'])(
  'a process that owes its group an answer (%s) when it is told to stop is gone within 40 s',
  async (unanswered) => {
    const topics = await countingTopics(brokers, 2);
    cleanUp.push(() => topics.close());
    const child = spawn(
      process.execPath,
      [script, brokers, topics.topics('callbacks'), `${topics.prefix}g`, unanswered],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const said: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => said.push(line));
    const gone = new Promise<void>((done) => child.once('close', () => done()));
    cleanUp.push(async () => {
      child.kill('SIGKILL');
      await gone;
    });
    if (unanswered === 'revoke') {
      await eventually(() => said.includes('owns'), { timeoutMs: 30_000 });
      // Another member wants its share.
      const other = await Consumer.connect(topics.kafka, { groupId: `${topics.prefix}g` });
      other.subscribe([topics.topics('callbacks')]);
      let polling = true;
      const polls = (async () => {
        while (polling) await other.poll(10, 100);
      })();
      cleanUp.push(async () => {
        polling = false;
        await polls;
        await other.close();
      });
    }
    await eventually(() => said.includes('told'), { timeoutMs: 60_000 });
    // It is busy and can't even hear that.
    child.kill('SIGTERM');
    await eventually(() => child.exitCode !== null || child.signalCode !== null, { timeoutMs: 40_000 });
    expect(said.filter((line) => line !== 'owns')).toEqual(['told', 'idle', 'closed']);
    expect(child.exitCode).toBe(0);
  },
);
