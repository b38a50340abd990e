import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jobMark, marksOf } from '../../../services/console/marks.ts';
import { type JobItem, jobsOfSession, jobsOfVideo } from '../../../services/console/routes-jobs.ts';
import {
  job,
  openView,
  session,
  sessionRecord,
  step,
  temporaryFolder,
  testConsole,
  video,
  videoRecord,
} from './fixture.ts';

const hold = fc.constantFrom(null, 'AUDIT' as const, 'REVIEW' as const);
const jobs = fc.array(
  fc
    .record({
      hold,
      state: fc.constantFrom('PLANNED' as const, 'DONE' as const, 'IN_DOUBT' as const),
      decision: fc.constantFrom('CLOUD' as const, 'PIPELINE' as const),
    })
    .map(job),
  { maxLength: 4 },
);
const steps = fc.array(
  fc
    .record({
      kind: fc.constantFrom('AUDIT' as const, 'COVER' as const),
      state: fc.constantFrom('DONE' as const, 'FAILED' as const),
    })
    .map(step),
  { maxLength: 3 },
);
const composition = fc.option(
  fc
    .constantFrom('PLANNED' as const, 'FAILED' as const)
    .map((state) => ({ ...{ token: 'c', state, mediaId: null, errorCode: null }, reason: 'POLICY' as const })),
);
const marksIn = (items: readonly JobItem[]) =>
  new Set(items.map((item) => [item.type, item.state, item.hold ?? '', item.decision ?? ''].join()));
const read = (marks: ReadonlySet<string>) =>
  new Set([...marks].map(jobMark).map((mark) => [mark.type, mark.state, mark.hold, mark.decision].join()));

describe('the marks of a state', () => {
  test('are those of its jobs, of every type', () => {
    fc.assert(
      fc.property(jobs, steps, (jobs, steps) => {
        const state = video('v', { jobs, steps });
        expect(read(marksOf(state).job)).toEqual(marksIn(jobsOfVideo(state)));
      }),
    );
    fc.assert(
      fc.property(composition, (composition) => {
        const state = session('s', { composition });
        expect(read(marksOf(state).job)).toEqual(marksIn(jobsOfSession(state)));
      }),
    );
  });

  // A page ended after so many entries without it, and the next one began another such scan.
  test('lead to a rare one among many at once, also in a store that was opened again', async () => {
    const many = 10_500;
    const folder = temporaryFolder();
    const filled = await openView(folder);
    const states = Array.from({ length: many }, (_, n) =>
      sessionRecord(n, session(`s${n}`, { startTime: 1_000 + n, status: n === 3 ? 'FAILED' : 'READY' })),
    );
    await filled.apply([
      ...states,
      videoRecord(0, 0, video('a', { jobs: [job({ token: 'rare', state: 'IN_DOUBT' })] })),
      ...Array.from({ length: 3 }, (_, n) => videoRecord(0, n + 1, video(`b${n}`, { jobs: [job({ state: 'DONE' })] }))),
    ]);
    await filled.close();
    const { app } = await testConsole({ view: await openView(folder) });
    const ask = async (url: string) => (await app.inject(url)).json();
    const failed = await ask('/api/sessions?status=FAILED');
    expect([failed.items.map((item: { sessionId: string }) => item.sessionId), failed.next]).toEqual([['s3'], null]);
    const doubtful = await ask('/api/jobs?state=IN_DOUBT');
    expect([doubtful.items.map((item: JobItem) => item.token), doubtful.next]).toEqual([['rare'], null]);
    // What no list is of is looked for in so many entries a page.
    const none = await ask('/api/sessions?text=nowhere');
    expect(none.items).toEqual([]);
    expect(none.next).toMatch(/!s500$/);
  }, 60_000);
});
