/** What a session that has closed keeps, whatever the policy says later. */
import type { EmittedSession, KeptRules } from '../../schemas/generated/StreamState.ts';
import type { SessionRules } from './rules.ts';

export type Kept = Pick<EmittedSession, 'startTime' | 'compose' | 'rules'>;

/** The rules of a span of time: those by which the first session in it closed, else the policy's. */
export function rulesIn(said: readonly Kept[], startMs: number, endMs: number, rules: SessionRules): KeptRules {
  return firstIn(said, startMs, endMs, (one) => one.rules) ?? rules;
}

/** Of the sessions that start within the span, by start, the first that has an answer. */
export function firstIn<T>(
  said: readonly Kept[],
  startMs: number,
  endMs: number,
  answer: (one: Kept) => T | null,
): T | null {
  for (let index = firstFrom(said, startMs); index < said.length; index += 1) {
    const one = said[index];
    if (!one || one.startTime > endMs) return null;
    const found = answer(one);
    if (found !== null) return found;
  }
  return null;
}

/** Binary search: the first that starts then or later. */
function firstFrom(said: readonly Kept[], startMs: number): number {
  let low = 0;
  let high = said.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((said[middle]?.startTime ?? 0) < startMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
