import { describe, expect, it } from 'vitest';
import { Semaphore } from '../../platform/semaphore.ts';

describe('a semaphore', () => {
  it('lets only so many in, and the next one when one leaves, failing or not', async () => {
    const places = new Semaphore(2);
    let inside = 0;
    let most = 0;
    const order: number[] = [];
    const ends = await Promise.allSettled(
      Array.from({ length: 9 }, (_, n) =>
        places.run(async () => {
          order.push(n);
          inside++;
          most = Math.max(most, inside);
          await Promise.resolve();
          inside--;
          if (n % 3 === 0) throw new Error('failed inside');
          return n;
        }),
      ),
    );
    expect(most).toBe(2);
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(ends.filter((end) => end.status === 'fulfilled').length).toBe(6);
    expect([places.idle, places.waiting]).toEqual([true, 0]);
  });

  it('turns away who will not wait, until a place is left', () => {
    const places = new Semaphore(1);
    const leave = places.tryEnter();
    expect(places.tryEnter()).toBeNull();
    leave?.();
    expect(places.idle).toBe(true);
    expect(places.tryEnter()).not.toBeNull();
  });

  // The next one was woken, and not counted as inside before it ran: a folder was closed under its statement.
  it('is idle only when those that waited have left too', async () => {
    const places = new Semaphore(1);
    const done: string[] = [];
    const first = places.run(async () => void done.push('first'));
    const second = places.run(async () => {
      await Promise.resolve();
      done.push('second');
    });
    expect(places.waiting).toBe(1);
    await places.whenIdle();
    done.push('idle');
    await Promise.all([first, second]);
    expect(done).toEqual(['first', 'second', 'idle']);
  });
});
