import { expect, it } from 'vitest';
import { workAhead } from '../../bench/work-ahead.ts';

it('polls the next records while the last ones are committed, one batch ahead, and commits one after the other', async () => {
  const told: string[] = [];
  let polls = 0;
  const commits: (() => void)[] = [];
  const poll = async () => {
    polls += 1;
    told.push(`poll ${polls}`);
    if (polls === 4) throw new Error('the end');
    return polls;
  };
  const commit = async (batch: number) => {
    told.push(`commit ${batch}`);
    await new Promise<void>((resolve) => commits.push(resolve));
    told.push(`committed ${batch}`);
  };
  const working = workAhead(poll, commit);
  working.catch(() => {});
  for (const batch of [1, 2, 3]) {
    await expect.poll(() => commits.length).toBe(batch);
    expect(told.slice(-2)).toEqual([`poll ${batch + 1}`, `commit ${batch}`]);
    commits.at(-1)?.();
  }
  await expect(working).rejects.toThrow('the end');
  expect(told.filter((line) => line.startsWith('commit'))).toEqual(
    [1, 2, 3].flatMap((batch) => [`commit ${batch}`, `committed ${batch}`]),
  );
});
