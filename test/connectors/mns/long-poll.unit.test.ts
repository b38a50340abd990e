import { Registry } from 'prom-client';
import { expect, onTestFinished, test } from 'vitest';
import { mnsQueue } from '../../../connectors/mns/index.ts';
import { systemClock, systemPlatform } from '../../../platform/host/index.ts';
import { metricsOf } from '../../../platform/telemetry/index.ts';
import { consumeQueue } from '../../../services/intake/mns/index.ts';
import { calmEmulator } from '../../emulator/world.ts';
import { silent } from '../../services/intake/harness.ts';
import { eventually } from '../../support/eventually.ts';

const queue = 'vod-callback';
const credentials = { accessKeyId: 'emulator', accessKeySecret: 'emulator-secret' };

// The client's "connect" time-out of 5 s is the socket's idle time-out: every long poll of 10 s was given up in the
// middle, so that the role was never ready and messages came minutes late.
test('a long poll of 10 s on a quiet queue ends as an empty answer after 10 s', async () => {
  const emulator = await calmEmulator({ queue });
  const source = mnsQueue({ endpoint: emulator.url, queue, credentials });
  onTestFinished(() => source.close());
  const askedAtMs = systemClock.monotonicMs();
  expect(await source.receive(16, 10)).toEqual([]);
  expect(systemClock.monotonicMs() - askedAtMs).toBeGreaterThan(9_500);
});

// The service answers "empty" at once beyond a number of long polls, and bills each request.
test('a service that answers at once is asked a few times, and is asked again for what comes later', async () => {
  const emulator = await calmEmulator({ queue, knobs: { queueLongPolls: 0 } });
  const source = mnsQueue({ endpoint: emulator.url, queue, credentials });
  let asked = 0;
  const published: string[] = [];
  const stopping = new AbortController();
  const running = consumeQueue({
    queue: {
      ...source,
      receive: (count, waitSeconds) => {
        asked += 1;
        return source.receive(count, waitSeconds);
      },
    },
    publisher: { publish: async ({ key }) => void published.push(String(key)) },
    region: 'cn-shanghai',
    log: silent,
    metrics: metricsOf(new Registry()),
    clock: systemClock,
    random: () => systemPlatform.random(),
    signal: stopping.signal,
  });
  try {
    const startedAtMs = systemClock.monotonicMs();
    await eventually(() => asked >= 8);
    // Two workers, whose pauses are 250, 500 and 1,000 ms at least.
    expect(systemClock.monotonicMs() - startedAtMs).toBeGreaterThan(1_700);
    const { callbacks } = emulator.play({ practices: ['2'], shows: 1, compression: 1e7 });
    await eventually(() => expect(published).toHaveLength(callbacks), { timeoutMs: 40_000 });
  } finally {
    stopping.abort();
    await running;
  }
});
