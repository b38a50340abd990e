import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import type { ConsumedRecord, OutgoingRecord, Rebalance } from '../../../connectors/kafka/index.ts';
import { createLogger, metricsOf } from '../../../platform/telemetry/index.ts';
import type { JobContext, JobEnding } from '../../../services/jobs/job-kind.ts';
import { runJobs } from '../../../services/jobs/run-jobs.ts';
import { eventually } from '../../support/eventually.ts';
import { jumpingPlatform } from './crash-world.ts';

type Job = { readonly name: string };
type Work = (job: Job, context: JobContext) => Promise<JobEnding>;
type Limits = {
  readonly maxJobs?: number;
  readonly maxWaiting?: number;
  readonly maxSpan?: number;
  readonly independent?: (job: Job) => boolean;
  /** Where the log ends when the partition is assigned; by default after all records. */
  readonly endAtStart?: number;
  /** When the record was written; by default long ago. */
  readonly writtenAtMs?: (offset: number) => number;
  /** The runner is told to stop while the first poll is under way. */
  readonly stopInPoll?: boolean;
};

const topic = 'transcode-jobs';

function done(name: string): JobEnding {
  const about = { videoId: name, region: null, atMs: 0, token: name, attempt: 1 };
  return {
    result: 'acknowledged',
    event: { type: 'TranscodeJobAcknowledged', ...about, taskId: name, jobIds: [] },
  };
}

/** A runner over a list of records, whose partition can be taken away. */
function start(keys: readonly (readonly [key: string, value: string])[], work: Work, limits: Limits = {}) {
  const platform = jumpingPlatform(() => 0.5, 0);
  const registry = new Registry();
  const stop = new AbortController();
  const sent: OutgoingRecord[] = [];
  const commits: number[] = [];
  let position = 0;
  let paused = false;
  let rebalance: (event: Rebalance) => void = () => {};
  const records = keys.map(([key, value], offset): ConsumedRecord => {
    const timestampMs = limits.writtenAtMs?.(offset) ?? 0;
    return { topic, partition: 0, offset, key, value: Buffer.from(value), headers: {}, timestampMs };
  });
  const running = runJobs({
    reader: {
      name: 'transcode',
      read(bytes) {
        const job = JSON.parse(String(bytes)) as Job;
        return {
          kind: 'transcode',
          plannedAtMs: 0,
          independent: limits.independent?.(job) ?? false,
          work: (context) => work(job, context),
          broken: (error) => ({ ...done(job.name), result: 'in-doubt', error }),
        };
      },
    },
    topic,
    connect(onRebalance) {
      rebalance = onRebalance;
      onRebalance({ kind: 'assign', partitions: [{ topic, partition: 0 }] });
      return Promise.resolve({
        async poll(maxRecords) {
          await platform.sleep(100);
          if (limits.stopInPoll) stop.abort();
          const batch = paused ? [] : records.slice(position, position + maxRecords);
          position += batch.length;
          return batch;
        },
        pause: () => {
          paused = true;
        },
        resume: () => {
          paused = false;
        },
        commit(offsets) {
          commits.push(...offsets.map(({ offset }) => offset));
          return Promise.resolve();
        },
        watermarks: () => Promise.resolve({ low: 0, high: limits.endAtStart ?? records.length }),
        committed: () => Promise.resolve([]),
        close: () => Promise.resolve(),
      });
    },
    jobEvents: { send: (record) => Promise.resolve(sent.push(record)) },
    topics: (id) => id,
    platform,
    log: createLogger('test', 'silent'),
    metrics: metricsOf(registry),
    signal: stop.signal,
    ...limits,
  });
  return {
    sent,
    commits,
    sleep: (ms: number) => platform.sleep(ms),
    taken: () => position,
    revoke: () => rebalance({ kind: 'revoke', lost: false, partitions: [{ topic, partition: 0 }] }),
    ended: running,
    end: async () => {
      stop.abort();
      await running;
    },
  };
}

const jobs = (count: number) => Array.from({ length: count }, (_, n) => [`key-${n}`, `{"name":"job-${n}"}`] as const);

describe('jobs of different keys', () => {
  it('go on while one waits, and the offset stays before it', async () => {
    let free: () => void = () => {};
    const blocked = new Promise<void>((resolve) => {
      free = resolve;
    });
    const runner = start(jobs(20), async ({ name }) => {
      if (name === 'job-3') await blocked;
      return done(name);
    });
    await eventually(() => runner.sent.length === 19);
    await eventually(() => runner.commits.includes(3));
    expect(Math.max(...runner.commits)).toBe(3);
    free();
    await eventually(() => runner.commits.includes(20));
    await runner.end();
  });

  it('are bounded in number', async () => {
    let under = 0;
    let most = 0;
    const runner = start(
      jobs(100),
      async ({ name }) => {
        most = Math.max(most, ++under);
        await runner.sleep(1_000);
        under--;
        return done(name);
      },
      { maxJobs: 7 },
    );
    await eventually(() => runner.commits.includes(100));
    await runner.end();
    // One more may come between pausing and the poll that is under way.
    expect([7, 8]).toContain(most);
  });

  it('that wait hold no place, but are bounded, too; who asks learns that others can’t be taken', async () => {
    const hour = 3_600_000;
    let waiting = 0;
    let most = 0;
    const crowds: boolean[] = [];
    const runner = start(
      jobs(60),
      async ({ name }, { pause, crowded }) => {
        crowds.push(crowded());
        most = Math.max(most, ++waiting);
        await pause(hour);
        waiting--;
        return done(name);
      },
      { maxJobs: 2, maxWaiting: 20 },
    );
    await eventually(() => runner.commits.includes(60));
    await runner.end();
    expect(most).toBeGreaterThanOrEqual(20);
    expect(most).toBeLessThanOrEqual(23);
    expect(crowds.slice(0, 20)).not.toContain(true);
    expect(crowds).toContain(true);
  });

  it('do not run ahead of a stuck one without bound', async () => {
    const runner = start(
      jobs(2_000),
      async ({ name }, context) => {
        if (name === 'job-0') await context.pause(3_600_000);
        return done(name);
      },
      { maxSpan: 200 },
    );
    await eventually(() => runner.taken() >= 200);
    await eventually(() => runner.commits.includes(2_000));
    await runner.end();
    // Only the first one's end lets the offset move.
    expect(runner.commits.filter((offset) => offset > 0 && offset < 200)).toEqual([]);
  });
});

it('jobs of one key go one after the other, in order', async () => {
  const seen: string[] = [];
  const keys = Array.from({ length: 6 }, (_, n) => ['same', `{"name":"job-${n}"}`] as const);
  const runner = start(keys, async ({ name }, context) => {
    seen.push(`${name} begins`);
    await context.pause(5_000);
    seen.push(`${name} ends`);
    return done(name);
  });
  await eventually(() => runner.commits.includes(6));
  await runner.end();
  expect(seen).toEqual(keys.flatMap((_, n) => [`job-${n} begins`, `job-${n} ends`]));
});

it('what ends badly, cannot be read or breaks us goes to dead-letters, and the partition goes on', async () => {
  const keys = [
    ['a', '{"name":"bad"}'],
    ['b', 'no json'],
    ['c', '{"name":"defect"}'],
    ['d', '{"name":"good"}'],
  ] as const;
  const runner = start(keys, ({ name }) => {
    if (name === 'defect') throw new TypeError('a defect of ours');
    return Promise.resolve(name === 'good' ? done(name) : { ...done(name), result: 'failed', error: 'refused' });
  });
  await eventually(() => runner.commits.includes(4));
  await runner.end();
  const letters = runner.sent.filter((record) => record.topic === 'dead-letters');
  expect(letters.map(({ key, headers }) => [key, headers?.reason, headers?.['origin-offset']]).sort()).toEqual([
    ['a', 'job-failed', '0'],
    ['b', 'undecodable', '1'],
    ['c', 'job-broke', '2'],
  ]);
  expect(String(letters.find((letter) => letter.key === 'b')?.value)).toBe('no json');
  // The ledger learns of it too: nobody may wait for a job that broke.
  const told = runner.sent.filter((record) => record.topic === 'callbacks').map(({ key }) => key);
  expect(told.sort()).toEqual(['bad', 'defect', 'good']);
});

it('a partition that is taken away stops its jobs at their next pause, unfinished and uncommitted', async () => {
  let begun = 0;
  const runner = start(jobs(5), async ({ name }, context) => {
    begun++;
    await context.pause(3_600_000_000);
    return done(name);
  });
  await eventually(() => begun === 5);
  runner.revoke();
  await runner.end();
  expect(runner.sent).toEqual([]);
  expect(runner.commits.filter((offset) => offset > 0)).toEqual([]);
});

/**
 * A stopped runner abandons what it hasn't begun. Such a job must not count as finished: the closing commit would pass
 * its offset, and no later runner would ever see it.
 */
describe('a runner that is told to stop', () => {
  it('leaves what it was just given to its successor', async () => {
    let begun = 0;
    const work: Work = ({ name }) => {
      begun++;
      return Promise.resolve(done(name));
    };
    const runner = start(jobs(5), work, { stopInPoll: true });
    await runner.ended;
    expect(runner.taken()).toBe(5);
    expect(begun).toBe(0);
    expect(runner.commits.filter((offset) => offset > 0)).toEqual([]);
  });

  it('finishes what is under way and leaves what waits behind it', async () => {
    const begun: string[] = [];
    const runner = start(
      ['job-0', 'job-1'].map((name) => ['video', `{"name":"${name}"}`] as const),
      async ({ name }, { signal }) => {
        begun.push(name);
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        return done(name);
      },
    );
    await eventually(() => begun.length === 1);
    await runner.end();
    expect(begun).toEqual(['job-0']);
    expect(runner.sent.map(({ key }) => key)).toEqual(['job-0']);
    expect(runner.commits.at(-1)).toBe(1);
  });
});

it('only a job that a predecessor can have seen may have been started', async () => {
  // A composition that may have been started is searched for two minutes before its first call; a new one must not be.
  const mayHaveStarted: boolean[] = [];
  const work: Work = ({ name }, context) => {
    mayHaveStarted[Number(name.slice('job-'.length))] = context.mayHaveStarted;
    return Promise.resolve(done(name));
  };
  const minute = 60_000;
  const writtenAtMs = (offset: number) => [-minute, minute, 29_000, minute][offset] ?? minute;
  const runner = start(jobs(4), work, { endAtStart: 2, writtenAtMs });
  await eventually(() => runner.commits.includes(4));
  await runner.end();
  // In the log at the start (whatever the clock of its writer says); written soon after it; later.
  expect(mayHaveStarted).toEqual([true, true, true, false]);
});

describe('jobs of one key', () => {
  it('go one after the other, but wait for none that is independent', async () => {
    let free: () => void = () => {};
    const blocked = new Promise<void>((resolve) => {
      free = resolve;
    });
    const names = ['cover', 'first', 'second'];
    const begun: string[] = [];
    const runner = start(
      names.map((name) => ['video', `{"name":"${name}"}`] as const),
      async ({ name }, context) => {
        begun.push(name);
        if (name === 'cover') await blocked;
        if (name === 'first') await context.pause(1_000).then(() => expect(begun).toEqual(['cover', 'first']));
        return done(name);
      },
      { independent: ({ name }) => name === 'cover' },
    );
    await eventually(() => runner.sent.length === 2);
    expect(begun).toEqual(names);
    expect(runner.commits.filter((offset) => offset > 0)).toEqual([]);
    free();
    await eventually(() => runner.commits.includes(3));
    await runner.end();
  });
});
