import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type InOneAndTwo, perCallback, type Side, shares, summedUp } from '../../bench/ingress.ts';
import { load, type Rate, type Share, summed, warmUp } from '../../bench/ingress-load.ts';
import { connectedIn } from '../../bench/ingress-servers.ts';

describe('CPU of the ingress benchmark', () => {
  it('is what each of the three took meanwhile, per callback', () => {
    const before = { server: 1_000_000, broker: 9_000_000, generator: 500_000 };
    const after = { server: 1_600_000, broker: 9_250_000, generator: 833_333 };
    expect(perCallback(before, after, 10_000)).toEqual({ server: 60, broker: 25, generator: 33.3 });
  });

  it('says of a broker that it has not started that it does not know', () => {
    const none = { server: 0, broker: Number.NaN, generator: 0 };
    const after = { ...none, server: 60_000, generator: 30_000 };
    expect(shares(perCallback(none, after, 1_000))).toBe('server 60, broker not known, generator 30');
  });
});

describe('a load of the ingress benchmark', () => {
  const of = { name: 'durable', address: 'http://127.0.0.1:1234', seconds: 3, connections: 256, elapsedSeconds: 4 };
  const part = (share: Partial<Share>): Share => ({ latencies: [], answered200: 0, others: 0, ...share });

  it('is the answers of all its parts over the time that they took', () => {
    const parts = [
      part({ latencies: [1, 9], answered200: 2 }),
      part({ latencies: [5, 7, 3], answered200: 2, others: 1 }),
    ];
    expect(summed(parts, of)).toEqual({ perSecond: 1, p50Ms: 5, p99Ms: 9, maxMs: 9, answered200: 4, others: 1 });
  });

  it('that nothing answered says who was asked for how long, and what to do', () => {
    expect(() => summed([part({ others: 256 })], of)).toThrow(
      /^durable at http:\/\/127\.0\.0\.1:1234 answered nothing in 3 s on 256 connections \(256 requests failed\): .* measure again/,
    );
  });

  it('that nothing answered with 200 says so', () => {
    const refused = part({ latencies: [1, 1, 2], others: 3 });
    expect(() => summed([refused], of)).toThrow('answered 3 times, never with 200 in 3 s');
  });
});

// Processes that had served a fifth of that each were compared with one that had served all of it: half of what they took was compiling.
describe('the warm-up of the ingress benchmark', () => {
  const warmed = async (processes: number, perSecond: number) => {
    const seconds: number[] = [];
    const by = async (_to: object, rate: Rate) => {
      seconds.push(rate.seconds);
      return { perSecond, answered200: perSecond * rate.seconds };
    };
    const answered = await warmUp({ name: 'durable', address: '', processes }, 256, by);
    return { seconds, answered };
  };

  it('goes on until each process has served as many, however slow they are', async () => {
    expect(await warmed(1, 12_000)).toEqual({ seconds: [3], answered: 36_000 });
    expect(await warmed(2, 7_000)).toEqual({ seconds: [3, 6], answered: 63_000 });
  });

  it('ends after half a minute where the machine is too busy', async () => {
    expect(await warmed(2, 100)).toEqual({ seconds: [3, 27], answered: 3_000 });
  });
});

// From one address an ingress takes 15,000/s: one process was measured without its limits, two with them.
it('the load of the ingress benchmark comes from several addresses', async () => {
  const senders = new Set<string | undefined>();
  const server = createServer(({ socket }, response) => {
    senders.add(socket.remoteAddress);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { answered200, others } = await load({ name: 'bare', address }, { seconds: 1, connections: 8 });
    expect(answered200).toBeGreaterThan(0);
    expect(others).toBe(0);
    expect(senders.size).toBe(4);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

describe('the verdict of the ingress benchmark', () => {
  const side = (perSecond: number, p99Ms: number): Side => {
    const load = { perSecond, p50Ms: 1, p99Ms, maxMs: 99, answered200: perSecond * 6, others: 0 };
    return { full: load, half: load, cpuUs: { server: 70, broker: 10, generator: 30 } };
  };
  const verdictOf = (durable: InOneAndTwo, inKafka = 1_000) => {
    const floors = { bare: [side(20_000, 1), side(16_000, 1)], delivered: [side(10_000, 1), side(15_000, 1)] } as const;
    return summedUp({ ...floors, durable }, { answered200: 1_000, inKafka }, () => {});
  };

  it('takes the quicker number of processes of each, and its latency', () => {
    const two = verdictOf([side(12_000, 25), side(15_000, 18)]);
    expect(two).toMatchObject({ throughputRatio: 0.75, deliveredRatio: 1, p99Ms: 18, passed: true });
    const one = verdictOf([side(15_000, 25), side(12_000, 18)]);
    expect(one).toMatchObject({ throughputRatio: 0.75, p99Ms: 25, passed: false });
  });

  it('is missed by one callback that is answered 200 and not in Kafka', () => {
    const durable = [side(20_000, 1), side(20_000, 1)] as const;
    expect(verdictOf(durable, 999).passed).toBe(false);
    expect(verdictOf(durable, 1_000).passed).toBe(true);
  });
});

it('counts the processes of an ingress that have Kafka by its log', () => {
  const line = (process: number, msg: string) => `{"level":30,"process":${process},"msg":"${msg}"}\n`;
  expect(connectedIn('')).toBe(0);
  expect(connectedIn(line(1, 'connected to Kafka') + line(2, 'ready') + line(2, 'connected to Kafka'))).toBe(2);
});
