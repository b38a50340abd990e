import { afterEach, describe, expect, test } from 'vitest';
import { type Emulator, type EmulatorOptions, startEmulator, vodSignature } from '../../../emulator/index.ts';
import { startReceiver } from '../receiver.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const key = 'Abc123Def456';
const quick = { resendGapMs: 1, shuffleWindowMs: 20, lateRate: 0, duplicateRate: 0 };

async function played(answer: Parameters<typeof startReceiver>[0], options: EmulatorOptions = {}) {
  const receiver = await startReceiver(answer);
  const emulator = await startEmulator({
    port: 0,
    callbackUrl: receiver.url,
    callbackKey: key,
    ...options,
    knobs: { ...quick, ...options.knobs },
  });
  stops.push(emulator.stop, receiver.stop);
  emulator.play({ practices: ['2'], shows: 1, compression: 1e6 });
  await emulator.whenQuiet();
  return { receiver, emulator };
}

const copiesOf = (emulator: Emulator) => emulator.ledger().totals;

describe('delivery', () => {
  test('every callback is signed over the configured address', async () => {
    const configured = 'https://ingress.example.com/callbacks/vod';
    const receiver = await startReceiver();
    const emulator = await startEmulator({
      port: 0,
      callbackUrl: configured,
      deliverTo: receiver.url,
      callbackKey: key,
      knobs: quick,
    });
    stops.push(emulator.stop, receiver.stop);
    const { callbacks } = emulator.play({ practices: ['2'], shows: 1, compression: 1e6 });
    await emulator.whenQuiet();
    expect(receiver.received).toHaveLength(callbacks);
    for (const { headers } of receiver.received) {
      const timestamp = String(headers['x-vod-timestamp']);
      expect(timestamp).toMatch(/^\d{10}$/);
      expect(headers['x-vod-signature']).toBe(vodSignature(configured, timestamp, key));
    }
  });

  test('an answer other than 200 is a failure: three attempts, then given up', async () => {
    const { receiver, emulator } = await played(() => 201);
    const totals = copiesOf(emulator);
    expect(totals.lost).toBe(totals.distinct);
    expect(totals.attempts).toBe(3 * totals.distinct);
    expect(receiver.received).toHaveLength(3 * totals.distinct);
  });

  test('a failed attempt is made again with the same body and none after an accepted one', async () => {
    const seen = new Set<string>();
    const { receiver, emulator } = await played((_n, body) => {
      const event = JSON.stringify(body);
      const again = seen.has(event);
      seen.add(event);
      return again ? 200 : 500;
    });
    const totals = copiesOf(emulator);
    expect(totals).toMatchObject({ lost: 0, duplicates: 0, attempts: 2 * totals.distinct });
    expect(seen.size).toBe(totals.distinct);
    expect(receiver.received).toHaveLength(2 * totals.distinct);
  });

  test('no answer in time is a failure', async () => {
    const { emulator } = await played(() => null, { knobs: { answerTimeoutMs: 30, attempts: 2, maxConcurrency: 100 } });
    const totals = copiesOf(emulator);
    expect(totals).toMatchObject({ lost: totals.distinct, attempts: 2 * totals.distinct });
  });

  test('an address that is none loses what is sent there', async () => {
    const emulator = await startEmulator({ port: 0, callbackUrl: 'nowhere', knobs: quick });
    stops.push(emulator.stop);
    emulator.play({ practices: ['2'], shows: 1, compression: 1e6 });
    await emulator.whenQuiet();
    const totals = copiesOf(emulator);
    expect(totals.lost).toBe(totals.distinct);
  });

  test('duplicates are copies of the same bytes', async () => {
    const { receiver, emulator } = await played(undefined, { knobs: { duplicateRate: 1 } });
    const totals = copiesOf(emulator);
    expect(totals.duplicates).toBeGreaterThanOrEqual(totals.distinct);
    expect(new Set(receiver.received.map(({ body }) => JSON.stringify(body))).size).toBe(totals.distinct);
  });

  test('a dropped callback happened all the same', async () => {
    const { receiver, emulator } = await played(undefined, { knobs: { dropRate: 1 } });
    expect(receiver.received).toEqual([]);
    const { videos, totals } = emulator.ledger();
    expect(totals.lost).toBe(totals.distinct);
    expect(videos.every((video) => video.status === 'SOURCE_READY')).toBe(true);
  });
});
