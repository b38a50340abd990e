/**
 * Older sessions are in records of their own (docs/session-status.md, "How it is kept"): whatever happens and in whatever
 * order it comes, what is said and decided is what looking at the whole history each time would say and decide, each fact
 * is in one record, and each record is found again.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { check } from '../../support/property.ts';
import { delivered, opsOf, saidBy } from './archived-lives.ts';
import { expectFound } from './both-ways.ts';
import { dayMs, minuteMs, StreamUnderTest } from './stream.ts';

/** When everything is over with any policy's retention. */
const overMinute = (500 * dayMs) / minuteMs;

describe('what is archived', { timeout: 1_800_000 }, () => {
  it('is judged and decided as the whole history would be, and found again', () => {
    check(
      'archived',
      fc.property(delivered, (life) => {
        const live = new StreamUnderTest({ policy: life.policy });
        const whole = new StreamUnderTest({ policy: life.policy, alone: true });
        for (const { fact, minute } of opsOf(life)) {
          for (const one of [live, whole]) one.hear(...(fact ? [fact] : [])).passTo(minute);
          const [found, expected] = [saidBy(live), saidBy(whole)];
          // `toEqual` shows the difference, but is slow.
          if (JSON.stringify(found) !== JSON.stringify(expected)) expect(found).toEqual(expected);
          expectFound(live);
          // What is composed is paid for.
          expect(new Set(live.jobs.map(({ token }) => token)).size).toBe(live.jobs.length);
        }
        for (const one of [live, whole]) expect([...one.passTo(overMinute).states.keys()]).toEqual([]);
        expect(live.sessions.size).toBe(0);
      }),
    );
  });
});
