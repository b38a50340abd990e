import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { freePorts } from '../../../local/index.ts';
import { eventually } from '../../support/eventually.ts';
import { callback, signed } from './harness.ts';
import { freshTopics, startIngress, type Topics } from './running.ts';

/** The same topics at a broker that nobody reaches. */
async function away(topics: Topics): Promise<Topics> {
  const [port = 0] = await freePorts(1);
  return { ...topics, kafka: { ...topics.kafka, brokers: `127.0.0.1:${port}` } };
}

// Callbacks that were answered 200 under one prefix appeared in the topics of another.
test('callbacks that wait on disk for one prefix are never published under another, and reach their own later', async () => {
  const { brokers } = inject('stack');
  const ours = await freshTopics(brokers);
  const others = await freshTopics(brokers);
  const folder = await mkdtemp(join(tmpdir(), 'live2vod-pipeline-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const spool = { folder };

  const spooling = await startIngress(await away(ours), { spool, drainMs: 0 });
  expect(await spooling.post(signed(), callback('v1'))).toBe(200);
  await spooling.stop();

  const refused = startIngress(others, { spool });
  await expect(refused).rejects.toMatchObject({ code: 'SPOOL_OF_OTHERS' });
  expect(await others.read('callbacks')).toEqual([]);

  // The brokers that were away are given another name now, which says nothing of the cluster: a person says that it is ours.
  await rm(join(folder, '0.pipeline.json'));
  const again = await startIngress(ours, { spool });
  await eventually(async () => expect((await ours.read('callbacks')).map(({ key }) => key)).toEqual(['v1']), {
    timeoutMs: 60_000,
  });
  await again.stop();
  expect(await others.read('callbacks')).toEqual([]);
});
