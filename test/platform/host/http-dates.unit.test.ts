import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type ClockReading, systemClock, watchHttpDates } from '../../../platform/host/index.ts';
import { eventually } from '../../support/eventually.ts';

/** A server whose clock is an hour ahead. */
async function server(headers: Readonly<Record<string, string>> = {}): Promise<number> {
  const listening = createServer((_request, response) => {
    response.writeHead(200, { date: new Date(Date.now() + 3_600_000).toUTCString(), ...headers }).end('ok');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => listening.once('listening', resolve));
  onTestFinished(() => void listening.close());
  return (listening.address() as AddressInfo).port;
}

function watched() {
  const told: { host: string; reading: ClockReading }[] = [];
  onTestFinished(watchHttpDates(systemClock, (host, reading) => told.push({ host, reading })));
  return told;
}

const ask = (port: number) =>
  new Promise((resolve, reject) =>
    get({ host: '127.0.0.1', port }, (answer) => answer.resume().once('end', resolve)).once('error', reject),
  );

test.each(['node:http', 'fetch'])('the clock of whoever answers is heard, asked by %s', async (library) => {
  const told = watched();
  const port = await server();
  if (library === 'fetch') await (await fetch(`http://127.0.0.1:${port}/`)).text();
  else await ask(port);
  await eventually(() => expect(told.length).toBeGreaterThan(0));
  for (const { host, reading } of told) {
    expect(host).toBe('127.0.0.1');
    const nowThere = reading.theirMs + (systemClock.monotonicMs() - reading.answeredAtMs);
    expect(Math.abs(nowThere - Date.now() - 3_600_000)).toBeLessThan(5_000);
    expect(reading.answeredAtMs).toBeGreaterThanOrEqual(reading.askedAtMs);
  }
});

test('an answer out of a cache says nothing', async () => {
  const told = watched();
  await ask(await server({ age: '30' }));
  await ask(await server());
  await eventually(() => expect(told).toHaveLength(1));
});
