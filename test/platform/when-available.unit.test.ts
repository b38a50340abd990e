import { expect, test } from 'vitest';
import { Abandoned } from '../../platform/abandoned.ts';
import { Fault } from '../../platform/faults.ts';
import { createLogger } from '../../platform/telemetry/index.ts';
import { whenAvailable } from '../../platform/when-available.ts';

const away = new Fault('connection refused', { code: 'AWAY', retryable: true });
const wrong = new Fault('wrong password', { code: 'DENIED', denied: true });

/** Calls that fail with each of `errors`, then answer; what is told meanwhile. */
function needing(errors: readonly Error[], stopAtTry = Number.POSITIVE_INFINITY) {
  const stopping = new AbortController();
  const told: (string | null)[] = [];
  let tries = 0;
  const answer = whenAvailable(
    {
      platform: { monotonicMs: () => 0, random: () => 0.5, sleep: () => Promise.resolve() },
      log: createLogger('test', 'silent'),
      signal: stopping.signal,
      waitingFor: (what) => told.push(what),
    },
    'Kafka',
    async () => {
      const error = errors[tries];
      tries += 1;
      if (tries >= stopAtTry) stopping.abort();
      if (error) throw error;
      return 'here';
    },
  );
  return { answer, told };
}

test('says what is waited for and why, until it is there', async () => {
  const { answer, told } = needing([away, away]);
  expect(await answer).toBe('here');
  expect(told).toEqual(['Kafka (connection refused)', 'Kafka (connection refused)', null]);
});

test('does not wait for what no waiting changes', async () => {
  const { answer, told } = needing([away, wrong]);
  await expect(answer).rejects.toBe(wrong);
  expect(told.at(-1)).toBeNull();
});

test('leaves it to the next start when it is told to stop', async () => {
  await expect(needing([away, away, away], 2).answer).rejects.toBeInstanceOf(Abandoned);
});
