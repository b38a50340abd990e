/** Pairs of waits of which one must outlast the other: each stood, or could have stood, the wrong way round. */
import { expect, test } from 'vitest';
import { aliveEveryMs, usualPatience } from '../cli/liveness.ts';
import { roleNames } from '../cli/roles/context.ts';
import { endBudget } from '../cli/stopping.ts';
import { stopBudgetMs } from '../cli/supervisor.ts';
import { callTimeoutMs, cautiousLeaseMs, longestWaitSeconds, pollTimeoutMs } from '../connectors/mns/index.ts';
import { defaultLimits } from '../services/intake/http/index.ts';

test('a long poll outlasts the wait that it asks the service for', () => {
  for (let seconds = 0; seconds <= longestWaitSeconds; seconds += 1)
    expect(pollTimeoutMs(seconds)).toBeGreaterThanOrEqual(seconds * 1_000 + 5_000);
});

test('an extension that gets no answer fails while its lease lasts, so that it can be tried again', () => {
  expect(callTimeoutMs).toBeLessThan(cautiousLeaseMs / 2);
});

test('a role is heard several times before its silence counts', () => {
  for (const role of roleNames) expect(usualPatience(role).silenceMs).toBeGreaterThanOrEqual(5 * aliveEveryMs);
});

test('whoever stops a role comes before its last resort', () => {
  expect(stopBudgetMs).toBeLessThan(endBudget.stopMs());
  expect(endBudget.stopMs(600)).toBeGreaterThan(600_000 + stopBudgetMs);
  // Nothing is left 40 s after a supervisor was killed: it is noticed within 2 s.
  expect(endBudget.orphanMs).toBeLessThan(38_000);
});

test("the cloud's 5 s for an answer hold the ingress's own limits, one inside the other", () => {
  const { answerWithinMs, headersTimeoutMs, requestTimeoutMs } = defaultLimits;
  expect(headersTimeoutMs).toBeLessThanOrEqual(requestTimeoutMs);
  expect(requestTimeoutMs).toBeLessThan(5_000);
  expect(answerWithinMs).toBeLessThan(5_000);
});
