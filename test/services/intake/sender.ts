import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { ConsumedRecord } from '../../../connectors/kafka/index.ts';
import { callback, endpoint, signed } from './harness.ts';

export type Answer = number | 'none';

export type Delivery = {
  /** Like the cloud it counts only a 200 and tries again otherwise (cloud facts 1.5). Default 1. */
  readonly attempts?: number;
  readonly gapMs?: number;
  readonly forged?: boolean;
  /** Made anew for every attempt. Default: signed now by the endpoint's first key. */
  readonly headers?: () => Readonly<Record<string, string>>;
  /** The body for an id. Default: a small callback. */
  readonly body?: (id: string) => string;
};

/**
 * Sends callbacks as the cloud does and remembers what became of each, by its own names for them: an account to
 * compare Kafka's contents with.
 */
export class Sender {
  readonly answered = new Map<string, Answer>();
  /** Of every answer, in milliseconds. */
  readonly latencies: number[] = [];
  /** Why attempts got no answer: the connection's error, and whether it had served before. */
  readonly causes = new Map<string, number>();
  attempts = 0;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 256 });
  readonly #prefix: string;
  readonly #pending = new Set<Promise<unknown>>();
  #next = 0;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Ids by their final answer. */
  idsWith(answer: Answer): string[] {
    return [...this.answered].filter(([, given]) => given === answer).map(([id]) => id);
  }

  get slowestMs(): number {
    return this.latencies.reduce((most, ms) => Math.max(most, ms), 0);
  }

  /** One callback in up to `attempts` attempts, `gapMs` apart. */
  async deliver(port: number, options: Delivery = {}): Promise<void> {
    const { attempts = 1, gapMs = 1_000, forged = false, body = callback } = options;
    const headersOf = options.headers ?? (() => (forged ? signed(endpoint, 0, 'NotTheKey1') : signed()));
    const id = `${this.#prefix}-${this.#next}`;
    this.#next += 1;
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      const answer = await this.#post(port, headersOf(), body(id));
      // A 200 stays a 200, whatever later attempts say.
      if (this.answered.get(id) !== 200) this.answered.set(id, answer);
      if (answer === 200) return;
      if (attempt < attempts) await new Promise((resolve) => setTimeout(resolve, gapMs));
    }
  }

  /** Starts `perSecond` deliveries a second until the returned function is called; that one waits for the last answers. */
  load(port: () => number, perSecond: number, options: Delivery = {}): () => Promise<void> {
    let owed = 0;
    let lastMs = performance.now();
    const timer = setInterval(() => {
      const nowMs = performance.now();
      owed += ((nowMs - lastMs) / 1000) * perSecond;
      lastMs = nowMs;
      for (; owed >= 1; owed -= 1) {
        const delivery = this.deliver(port(), options).finally(() => this.#pending.delete(delivery));
        this.#pending.add(delivery);
      }
    }, 10);
    return async () => {
      clearInterval(timer);
      while (this.#pending.size > 0) await Promise.all(this.#pending);
    };
  }

  close(): void {
    this.#agent.destroy();
  }

  #post(port: number, headers: Readonly<Record<string, string>>, body: string): Promise<Answer> {
    this.attempts += 1;
    const startedAtMs = performance.now();
    return new Promise((resolve) => {
      const outgoing = request(
        {
          host: '127.0.0.1',
          port,
          method: 'POST',
          path: endpoint.path,
          agent: this.#agent,
          headers: { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
        },
        (incoming) => {
          incoming.resume();
          incoming.once('end', () => {
            this.latencies.push(performance.now() - startedAtMs);
            resolve(incoming.statusCode ?? 'none');
          });
          incoming.once('error', () => resolve('none'));
        },
      );
      outgoing.once('error', (error: NodeJS.ErrnoException) => {
        const cause = `${error.code ?? error.name} on a ${outgoing.reusedSocket ? 'used' : 'new'} connection`;
        this.causes.set(cause, (this.causes.get(cause) ?? 0) + 1);
        resolve('none');
      });
      outgoing.end(body);
    });
  }
}

export type Account = {
  readonly fault: string;
  readonly sent: number;
  readonly answered200: number;
  readonly refused: number;
  readonly unanswered: number;
  readonly inKafka: number;
  /** Answered 200 and not in Kafka: must be none. */
  readonly lost: number;
  /** Answered 403 and in Kafka: must be none. */
  readonly smuggled: number;
  readonly twice: number;
  readonly slowestMs: number;
};

/** Compares what the sender was told with what a topic holds. */
export function accountOf(fault: string, sender: Sender, records: readonly ConsumedRecord[]): Account {
  const times = new Map<string, number>();
  for (const { key } of records) times.set(key ?? '', (times.get(key ?? '') ?? 0) + 1);
  const ids = [...sender.answered.keys()];
  return {
    fault,
    sent: ids.length,
    answered200: sender.idsWith(200).length,
    refused: sender.idsWith(503).length,
    unanswered: sender.idsWith('none').length,
    inKafka: ids.filter((id) => times.has(id)).length,
    lost: sender.idsWith(200).filter((id) => !times.has(id)).length,
    smuggled: sender.idsWith(403).filter((id) => times.has(id)).length,
    twice: ids.filter((id) => (times.get(id) ?? 0) > 1).length,
    slowestMs: Math.round(sender.slowestMs),
  };
}
