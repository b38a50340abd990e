/** What every fault of the table is run on: a real broker, an ingress process, senders that keep account. */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Broker } from '../../local/index.ts';
import { systemClock } from '../../platform/host/index.ts';
import { type IngressProcess, type ProcessOptions, startIngressProcess } from '../../test/services/intake/process.ts';
import { freshTopics, type Topics } from '../../test/services/intake/running.ts';
import { type Delivery, Sender } from '../../test/services/intake/sender.ts';
import { eventually } from '../../test/support/eventually.ts';

export type FaultRow = {
  readonly fault: string;
  readonly sent: number;
  readonly answered200: number;
  /** Final answers that weren't 200, by status; `none`: the connection ended without one, `cut`: it was meant to. */
  readonly otherwise: Readonly<Record<string, number>>;
  /** Distinct ones of those sent, in `callbacks` or `dead-letters`. */
  readonly inKafka: number;
  /** Answered 200 and not in Kafka. */
  readonly lost: number;
  /** In Kafka, though answered 403 or never sent by a good sender. */
  readonly forgedFound: number;
  readonly p99Ms: number;
  readonly slowestMs: number;
  readonly spoolHighWaterBytes: number;
  /** What `/readyz` named while it was red. */
  readonly notReady: readonly string[];
  readonly note: string;
  /** What should have been otherwise. */
  readonly wrong: readonly string[];
};

/** The broker of all faults; one that has been started again replaces it. */
export type Bed = { broker: Broker; readonly folder: string };

/** One fault in the making. */
export type Lane = {
  readonly bed: Bed;
  readonly spoolFolder: string;
  readonly topics: Topics;
  /** The sender whose latencies count. */
  readonly good: Sender;
  start(options?: Partial<ProcessOptions>): Promise<IngressProcess>;
  /** Steady load until the returned function has been awaited; to a port that may change. */
  load(port: () => number, perSecond: number, delivery?: Delivery): () => Promise<void>;
  /** Another sender, whose answers count but whose latencies don't. */
  sender(prefix: string): Sender;
  /** Waits until `more` further callbacks have been answered 200. */
  answered(more: number): Promise<void>;
  /** Counts requests that no sender made. */
  count(answer: string, by?: number): void;
  note(text: string): void;
  /** Says what is wrong unless `holds`. */
  require(holds: boolean, what: string): void;
};

export type Fault = { readonly name: string; run(lane: Lane): Promise<void> };

export async function runFault(fault: Fault, bed: Bed): Promise<FaultRow> {
  const topics = await freshTopics(bed.broker.brokers);
  const spoolFolder = await mkdtemp(join(bed.folder, 'spool-'));
  const good = new Sender('good');
  const senders = [good];
  const processes: IngressProcess[] = [];
  const loads: (() => Promise<void>)[] = [];
  const counted = new Map<string, number>();
  const notes: string[] = [];
  const wrong = new Set<string>();
  const watch = watcher(() => processes);
  const lane: Lane = {
    bed,
    spoolFolder,
    topics,
    good,
    async start(options = {}) {
      const started = await startIngressProcess(topics, { lameDuckMs: 0, spool: { folder: spoolFolder }, ...options });
      processes.push(started);
      return started;
    },
    load(port, perSecond, delivery) {
      const stop = good.load(port, perSecond, delivery);
      loads.push(stop);
      return stop;
    },
    sender(prefix) {
      const sender = new Sender(prefix);
      senders.push(sender);
      return sender;
    },
    async answered(more) {
      const goal = good.idsWith(200).length + more;
      await eventually(() => good.idsWith(200).length >= goal, { timeoutMs: 60_000 });
    },
    count: (answer, by = 1) => void counted.set(answer, (counted.get(answer) ?? 0) + by),
    note: (text) => void notes.push(text),
    require: (holds, what) => void (holds || wrong.add(what)),
  };
  try {
    await fault.run(lane);
    for (const stop of loads) await stop();
    // Twice as long as the Kafka client may hold a record back: what was answered 200 is there by then or never.
    const account = await eventually(
      async () => {
        const now = await accountOf(topics, senders, counted);
        if (now.lost > 0) throw new Error(`${now.lost} of ${now.answered200} are not in Kafka yet`);
        return now;
      },
      { timeoutMs: 120_000, intervalMs: 1_000 },
    ).catch(() => accountOf(topics, senders, counted));
    const row = { fault: fault.name, ...account, ...latenciesOf(good), ...watch.seen(), note: notes.join('; ') };
    lane.require(row.lost === 0, `${row.lost} lost`);
    lane.require(row.forgedFound === 0, `${row.forgedFound} forged`);
    lane.require(row.slowestMs < 5_000, `an answer took ${row.slowestMs} ms`);
    return { ...row, wrong: [...wrong] };
  } finally {
    watch.stop();
    for (const sender of senders) sender.close();
    for (const process of processes) await process.kill9();
  }
}

async function accountOf(topics: Topics, senders: readonly Sender[], counted: ReadonlyMap<string, number>) {
  const records = [...(await topics.read('callbacks')), ...(await topics.read('dead-letters'))];
  // A dead letter has no key: its id is looked for in its bytes.
  const found = new Set(records.map(({ key, value }) => key ?? /(?<="VideoId":")[^"]+/.exec(String(value))?.[0] ?? ''));
  const answers = new Map(senders.flatMap((sender) => [...sender.answered]));
  const otherwise = new Map(counted);
  let answered200 = 0;
  let inKafka = 0;
  let lost = 0;
  for (const [id, answer] of answers) {
    const there = found.has(id);
    if (there) inKafka += 1;
    if (answer === 200) answered200 += 1;
    else otherwise.set(String(answer), (otherwise.get(String(answer)) ?? 0) + 1);
    if (answer === 200 && !there) lost += 1;
  }
  const forgedFound = [...found].filter((id) => !answers.has(id) || answers.get(id) === 403).length;
  const sent = answers.size + [...counted.values()].reduce((sum, count) => sum + count, 0);
  return { sent, answered200, otherwise: Object.fromEntries(otherwise), inKafka, lost, forgedFound };
}

export function latenciesOf(sender: Sender): { p99Ms: number; slowestMs: number } {
  const sorted = sender.latencies.toSorted((a, b) => a - b);
  const p99 = sorted[Math.max(0, Math.ceil(0.99 * sorted.length) - 1)] ?? 0;
  return { p99Ms: Math.round(p99), slowestMs: Math.round(sorted.at(-1) ?? 0) };
}

/** Looks at `/metrics` and `/readyz` as a monitoring system would, only more often. */
function watcher(processes: () => readonly IngressProcess[]) {
  let highWater = 0;
  const notReady = new Set<string>();
  const stop = systemClock.every(500, () => {
    const last = processes().at(-1);
    if (last !== undefined) void look(last.metricsAddress).catch(() => {});
  });
  async function look(address: string): Promise<void> {
    const metrics = await (await fetch(`${address}/metrics`)).text();
    highWater = Math.max(highWater, Number(/^live2vod_ingress_spool_bytes (\S+)/m.exec(metrics)?.[1] ?? 0));
    const ready = await fetch(`${address}/readyz`);
    const { waitingFor } = (await ready.json()) as { waitingFor: string | null };
    // Without the percentage, which would make a new entry of every look.
    if (waitingFor !== null) notReady.add(waitingFor.replace(/ \(\d+ % full\)/, ''));
  }
  return { stop, seen: () => ({ spoolHighWaterBytes: highWater, notReady: [...notReady] }) };
}
