/** What the demo plays, heard of at the demo's pace by processors in a plain loop: its verdict must be "equal". */
import { expect, test } from 'vitest';
import { compositionDifferences, differences } from '../../cli/demo/compare.ts';
import { demoPolicies, patienceSeconds } from '../../cli/demo/configuration.ts';
import { abroad, demoStories, playStories } from '../../cli/demo/stories.ts';
import { storyPolicies } from '../../cli/demo/story-policies.ts';
import { startEmulator } from '../../emulator/index.ts';
import { plainPipeline } from '../emulator/pipeline.ts';
import { SimulatedClock } from '../emulator/simulated.ts';
import { stopAfterTest } from '../emulator/world.ts';

test.each([7, 11, 42])('what the demo plays ends as the ledger says, seed %i', async (seed) => {
  const clock: SimulatedClock = new SimulatedClock((url, body) => {
    const to = new URL(url).pathname === abroad.path ? abroad.region : 'cn-shanghai';
    pipeline.callback(JSON.parse(body) as Record<string, unknown>, to);
  });
  const policies = [...demoPolicies(), ...storyPolicies(patienceSeconds)];
  const pipeline = plainPipeline(policies, () => clock.now());
  const emulator = await startEmulator({
    ...{ port: 0, seed, clock, callbackUrl: 'http://demo.test/callbacks/vod' },
    regionCallbackUrls: { [abroad.region]: `http://demo.test${abroad.path}` },
  });
  stopAfterTest(emulator.stop);
  emulator.play({ shows: 1 });
  playStories(emulator, clock.now());
  for (let tick = 0; tick < 300; tick += 1) clock.after(tick * 200, () => {});
  while (await clock.next()) {
    pipeline.settle();
    await pipeline.runJobs(emulator);
  }
  const ledger = emulator.ledger();
  expect(compositionDifferences(ledger)).toEqual([]);
  expect(differences(ledger, pipeline.videos, pipeline.sessions)).toEqual([]);
  expect(new Set(ledger.sessions.flatMap(({ story }) => story ?? []))).toEqual(new Set(demoStories));
  expect(ledger.productions).toHaveLength(3);
});
