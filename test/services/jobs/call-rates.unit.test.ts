/** How often the cloud is called: each kind of call below what the account has of it (cloud facts 3, 3.3.16). */
import { expect, it } from 'vitest';
import { CloudFault } from '../../../connectors/vod/index.ts';
import { type CallRates, callRates } from '../../../services/jobs/call-rates.ts';
import { jumpingPlatform } from './crash-world.ts';

const { signal } = new AbortController();

async function perSecond(kind: keyof CallRates, options: Parameters<typeof callRates>[0] = {}): Promise<number> {
  const platform = jumpingPlatform(() => 0.5, 0);
  const limiter = callRates(options, platform)[kind];
  const calls = 600;
  await Promise.all(Array.from({ length: calls }, () => limiter.call(signal, () => Promise.resolve({ kind: 'ok' }))));
  return (1000 * calls) / platform.monotonicMs();
}

it.each<[keyof CallRates, number]>([
  ['submitting', 25],
  ['asking', 50],
  ['askingOfSteps', 12],
])('%s: %d a second', async (kind, rate) => {
  const measured = await perSecond(kind);
  expect(measured).toBeGreaterThan(rate * 0.95);
  expect(measured).toBeLessThan(rate * 1.15);
});

it('who may ask less asks of steps less, too', async () => {
  expect(await perSecond('askingOfSteps', { questionsPerSecond: 4 })).toBeLessThan(4.6);
});

it('throttled questions about steps slow none about transcodes', async () => {
  const rates = callRates(
    {},
    jumpingPlatform(() => 0.5, 0),
  );
  const fault = { kind: 'throttled', code: 'Throttling.User', action: 'GetJobDetail', message: 'slow down' } as const;
  await rates.askingOfSteps.call(signal, () => Promise.reject(new CloudFault(fault)));
  expect(rates.askingOfSteps.pace.rate()).toBe(6);
  expect(rates.asking.pace.rate()).toBe(50);
});
