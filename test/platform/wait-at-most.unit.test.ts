import { expect, test } from 'vitest';
import { waitAtMost } from '../../platform/wait-at-most.ts';

/** Sleeps that end when told, or when they are called off. */
function world() {
  const asleep: { readonly ms: number; end: () => void }[] = [];
  let calledOff = 0;
  const sleep = (ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve) => {
      asleep.push({ ms, end: resolve });
      signal?.addEventListener('abort', () => {
        calledOff += 1;
        resolve();
      });
    });
  return { sleep, asleep, calledOff: () => calledOff };
}

test('waiting at most so long tells whether the work ended in time, and leaves no timer behind', async () => {
  const { sleep, asleep, calledOff } = world();
  expect(await waitAtMost(50, Promise.resolve('done'), { sleep })).toBe(true);
  await expect(waitAtMost(50, Promise.reject(new Error('failed')), { sleep })).rejects.toThrow('failed');
  expect(calledOff()).toBe(2);

  const late = waitAtMost(50, new Promise(() => {}), { sleep });
  expect(asleep.map(({ ms }) => ms)).toEqual([50, 50, 50]);
  asleep[2]?.end();
  expect(await late).toBe(false);
});
