/**
 * A sweep asks about recordings and searches for media in several questions. What Live records between two of them must not
 * be taken for a composition because a list that was asked for earlier doesn't hold it.
 */
import { expect, it } from 'vitest';
import { createLogger } from '../../../platform/telemetry/index.ts';
import type { Finding } from '../../../services/reconciler/findings.ts';
import { gapFiller } from '../../../services/reconciler/gap-filler.ts';
import { watchList } from '../../../services/reconciler/watch-list.ts';
import { showCloud, showStartMs } from './small-show.ts';

const hourMs = 3_600_000;
const nowMs = showStartMs + 4 * hourMs;
const target = { domainName: 'play.example.com' };

/** What a sweep finds where the show appears in the cloud's lists after so many questions, and how many were asked. */
async function sweepWith(questionsBefore: number) {
  const cloud = showCloud({ listsCompositions: false });
  const findings: Finding['body'][] = [];
  let asked = 0;
  const isThere = () => asked > questionsBefore;
  const { sweep } = gapFiller({
    cloud: () => ({
      ...cloud,
      listLiveRecordVideo: (question) =>
        isThere()
          ? cloud.listLiveRecordVideo(question)
          : Promise.resolve({ total: 0, recordings: [], odd: [], count: 0 }),
      searchMedia: (question) =>
        isThere() ? cloud.searchMedia(question) : Promise.resolve({ total: 0, media: [], odd: [] }),
    }),
    region: null,
    ask: (work) => {
      asked += 1;
      return work();
    },
    watch: watchList({ silentAfterMs: () => hourMs / 2 }),
    report: ({ body }) => {
      findings.push(body);
      return Promise.resolve();
    },
    platform: { now: () => nowMs },
    log: createLogger('test', 'silent'),
    tooYoungMs: hourMs / 2,
  });
  await sweep([target, { domainName: 'other.example.com' }], { fromMs: showStartMs - hourMs, toMs: nowMs });
  return { findings, asked };
}

it('a recording that appears between any two questions of a sweep is never taken for a composition', async () => {
  const { asked } = await sweepWith(0);
  expect(asked).toBeGreaterThan(3);
  const composed = new Set<string>();
  for (let before = 0; before <= asked; before++) {
    const { findings } = await sweepWith(before);
    for (const { EventType, VideoId } of findings)
      if (EventType === 'LiveRecordVideoComposeStart') composed.add(VideoId);
  }
  expect([...composed]).toEqual(['composed-1']);
});
