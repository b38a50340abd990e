import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ConsumedRecord, OutgoingRecord } from '../../connectors/kafka/index.ts';
import { seeded } from '../../emulator/random.ts';
import type { Outcome, SourceRecord } from '../../processors/topology.ts';
import { contextOf, fire, type Input, type State, step } from './whole-loop-topology.ts';
import { type Log, World } from './whole-loop-world.ts';

/** Replays what was committed over states of its own, one step after the other, and compares all that was written. */
class Oracle {
  readonly states: Map<string, State>[];
  readonly #at: number[];
  readonly #world: World<State>;
  readonly #appendedMs: Map<string, number>;
  #seen = 0;

  constructor(world: World<State>, appendedMs: Map<string, number>) {
    this.#world = world;
    this.#appendedMs = appendedMs;
    this.#at = world.logs.map(() => 0);
    this.states = world.changelog.map(
      (of) => new Map([...of].map(([key, { value }]) => [key, JSON.parse(String(value?.subarray(1)))])),
    );
  }

  look(): void {
    for (const { records, offsets } of this.#world.transactions.slice(this.#seen)) {
      let rest = [...records];
      for (const [partition, to] of offsets) {
        const own = rest.filter((one) => partitionOf(one) === partition);
        rest = rest.filter((one) => partitionOf(one) !== partition);
        this.#replay(partition, to, own);
      }
      expect(rest).toEqual([]);
      this.#seen += 1;
    }
  }

  #replay(partition: number, to: number, written: readonly OutgoingRecord[]): void {
    const states = this.states[partition] as Map<string, State>;
    const from = this.#at[partition] as number;
    expect(to).toBeGreaterThanOrEqual(from);
    this.#at[partition] = to;
    const touched = new Set<string>();
    const out: { from: string | null; key: string | null; text: string; snapshot: boolean }[] = [];
    const read = (key: string) => states.get(key) ?? null;
    const apply = (key: string, outcome: Outcome<State>, by: string | null) => {
      if (outcome.kind === 'drop') return;
      if (outcome.kind !== 'next') throw new Error('dead');
      const changes = new Map(outcome.others ?? []);
      if (outcome.state !== read(key) || !outcome.others) changes.set(key, outcome.state);
      const isMute = outcome.emit.some(({ value }) => (value as { mute?: true } | null)?.mute);
      if (isMute || [...changes.values()].some((state) => state?.bad)) throw new Error('does not fit');
      for (const [changed, state] of changes) {
        touched.add(changed);
        if (state === null) states.delete(changed);
        else states.set(changed, state);
      }
      for (const { topic, key: to, value, snapshot } of outcome.emit)
        out.push({ from: by, key: to, text: `${topic} ${to} ${JSON.stringify(value)}`, snapshot: snapshot === true });
    };
    for (const { offset, key, value } of (this.#world.logs[partition] as Log).records) {
      if (offset < from || offset >= to) continue;
      const input = JSON.parse(String(value)) as Input;
      try {
        if (input.op === 'unreadable') throw new Error('bad');
        apply(key as string, step(read(key as string), { key, value: input } as SourceRecord, { nowMs: 0, read }), key);
      } catch {
        out.push({ from: null, key, text: `dead-letters ${input.id}`, snapshot: false });
      }
    }
    for (const { topic, key, value } of written) {
      if (topic !== 'compose-jobs' || key === null) continue;
      const at = JSON.parse(String(value).slice(1)).fired as number;
      const state = states.get(key);
      expect(state?.due[0], `timer of ${key}`).toBe(at);
      for (const { offset } of (this.#world.logs[partition] as Log).records) {
        const early = (this.#appendedMs.get(`${partition}/${offset}`) ?? 0) < at && offset >= to;
        expect(early, `timer of ${key} for ${at} before ${offset}`).toBe(false);
      }
      apply(key, fire(key, state as State, { nowMs: 0, read }), null);
    }
    const left = out.filter(({ from: by, key, snapshot }, index) => {
      const after = out.slice(index + 1).find((one) => by !== null && one.from === by);
      return !(snapshot && after?.snapshot && after.key === key);
    });
    expect(written.filter(({ topic }) => topic !== 'states').map(textOf)).toEqual(left.map(({ text }) => text));
    const changes = written.filter(({ topic }) => topic === 'states');
    expect([changes.length, new Set(changes.map(({ key }) => key))]).toEqual([touched.size, touched]);
    for (const { key, value, headers } of changes) {
      const state = states.get(key as string);
      expect(value === null ? undefined : JSON.parse(String(value).slice(1))).toEqual(state);
      expect(headers?.['next-timer-at']).toBe(state?.due[0] === undefined ? undefined : String(state.due[0]));
    }
  }
}

const partitionOf = ({ topic, partition, key, headers }: OutgoingRecord) =>
  topic === 'states' ? partition : Number(headers?.['origin-partition'] ?? (key as string).slice(0, 1));
const textOf = ({ topic, key, value }: OutgoingRecord) =>
  topic === 'dead-letters'
    ? `dead-letters ${JSON.parse(String(value)).id}`
    : `${topic} ${key} ${value === null ? 'null' : String(value).slice(1)}`;

const ops = [
  'add',
  'add',
  'add',
  'add',
  'plain',
  'others',
  'others',
  'blind',
  'forget',
  'drop',
  'dead',
  'throw',
  'breaks',
] as const;
const rareOps = ['bad', 'mute', 'later', 'unreadable', 'bad'] as const;

async function run(seed: number, folder: string): Promise<void> {
  const random = seeded(seed);
  const { pick } = random;
  let world: World<State> | null = null;
  const context = contextOf(random, () => world?.calm ?? false, pick([0, 200, 600, 4_000]));
  const sizes = {
    ...{ maxRecords: pick([1, 3, 8, 20, 60]), maxBytes: pick([300, 1_000_000]) },
    ...{ leastAhead: pick([1, 2, 5, 100]), portionRecords: pick([1, 2, 3, 7, 200]) },
  };
  const failing = random.chance(0.8);
  world = new World<State>({ context, folder, random, partitions: 2, sizes });
  world.calm = !failing;
  const keys = Array.from({ length: pick([1, 2, 5]) }, (_, index) => `k${index}`);
  const anyKey = (partition: number) => `${partition}${keys[random.int(0, keys.length - 1)]}`;
  for (const [partition, changelog] of world.changelog.entries()) {
    for (const name of [...keys, 'unread']) {
      if (random.chance(0.5)) continue;
      const [key, due] = [`${partition}${name}`, random.chance(0.5) ? 1_000 + random.int(0, 900) : null];
      const value = Buffer.from(`${name.at(-1)}${JSON.stringify({ log: ['before'], due: due === null ? [] : [due] })}`);
      changelog.set(key, {
        topic: 'states',
        partition,
        key,
        value,
        headers: due === null ? {} : { 'next-timer-at': `${due}` },
      });
    }
  }
  const appendedMs = new Map<string, number>();
  const oracle = new Oracle(world, appendedMs);
  const rare = pick([0, 0.05, 0.2]);
  let left = 20 + random.int(0, 120);
  const append = (partition: number) => {
    const log = world.logs[partition] as Log;
    log.end += random.chance(0.1) ? random.int(0, 2) : 0;
    const op = random.chance(rare) ? pick(rareOps) : pick(ops);
    const due = random.chance(0.4) ? world.nowMs + random.int(0, 1_500) - 200 : null;
    const input: Input = {
      id: `${log.end}`,
      op,
      due,
      other: anyKey(partition),
      third: anyKey(partition),
    };
    const record = {
      topic: 'in',
      partition,
      offset: log.end,
      key: anyKey(partition),
      headers: {},
      timestampMs: 0,
    };
    log.records.push({ ...record, value: Buffer.from(JSON.stringify(input)) } as ConsumedRecord);
    appendedMs.set(`${partition}/${log.end}`, world.nowMs);
    log.end += 1 + (random.chance(0.1) ? 1 : 0);
  };
  try {
    for (let round = 0; left > 0; round += 1) {
      for (let some = random.chance(0.5) ? random.int(0, 8) : 0; some > 0 && left > 0; some -= 1, left -= 1)
        append(random.int(0, 1));
      await world.round();
      oracle.look();
      expect(round).toBeLessThan(2_000);
    }
    world.calm = true;
    const states = () => oracle.states.flatMap((of) => [...of]);
    const isStuck = ({ due, breaks }: State) => breaks || (due[0] ?? 1) % 5 === 0;
    const waits = () => states().some(([, state]) => state.due.length > 0 && !isStuck(state));
    const isDone = () => world.logs.every(({ end }, at) => world.committed[at] === end) && !waits();
    for (let round = 0; !isDone(); round += 1) {
      expect(round, 'rounds without an end').toBeLessThan(1_500);
      await world.round();
      oracle.look();
    }
    for (const [partition, { task }] of world.partitions.entries()) {
      await task?.settled();
      for (const key of world.changelog[partition]?.keys() ?? [])
        if (task) expect(await task.state(key)).toEqual(oracle.states[partition]?.get(key) ?? null);
    }
  } finally {
    await world.close();
  }
}

const runs = Number(process.env.LIVE2VOD_PROPERTY_RUNS ?? 40);
const first = Number(process.env.LIVE2VOD_PROPERTY_SEED ?? Math.floor(Math.random() * 0x7fff_ffff));

test('whatever fails, all input is processed once and in order, and no timer is lost or early', {
  timeout: 3_600_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'live2vod-loop-'));
  try {
    for (let seed = first; seed < first + runs; seed += 1) {
      await run(seed, join(folder, String(seed))).catch((error: unknown) => {
        throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
      });
      await rm(join(folder, String(seed)), { recursive: true, force: true });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
