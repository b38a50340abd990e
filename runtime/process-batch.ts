import { type ConsumedRecord, deadLetter, type OutgoingRecord } from '../connectors/kafka/index.ts';
import { spanOf, type TracedWork, traceOf } from '../platform/telemetry/index.ts';
import type { Outcome, SourceRecord, StepContext } from '../processors/topology.ts';
import { hasControlCharacter } from '../schemas/bounds.ts';
import { changelogRecord } from './changelog-record.ts';
import { refuseNewer } from './newer-release.ts';
import { Overlay } from './overlay.ts';
import { ProcessorFault } from './processor-fault.ts';
import type { DueTimer, StoreWrite } from './store/state-store.ts';
import type { Task } from './task.ts';

/** What a batch of one task comes to: to be written in one transaction, then applied to the task. */
export type Work<S> = {
  readonly task: Task<S>;
  /** State records, outputs and dead letters. */
  readonly records: readonly OutgoingRecord[];
  readonly changes: readonly (StoreWrite & { readonly state: S | null })[];
  /** Index entries that fired or were stale, and that no state wants. */
  readonly spentTimers: readonly DueTimer[];
  /** Entries for states that want to be called later than the index had it. */
  readonly laterTimers: readonly DueTimer[];
  readonly nextPosition: number;
  /** Why the record at `nextPosition` has to wait (its schema can't be had now); null where none does. */
  readonly heldBy: Error | null;
  readonly told: readonly Told[];
  readonly failures: number;
  readonly lastError: string;
};

/** An outcome to be reported once it is committed. */
export type Told = {
  readonly record: (SourceRecord & { readonly partition: number; readonly offset: number }) | null;
  readonly timerKey: string | null;
  readonly outcome: Outcome<unknown>;
  readonly failure: string | null;
  /** Ended with the commit; a batch that is thrown away leaves no trace. */
  readonly traced: TracedWork | undefined;
};

/** An error that asks to be tried again later, e.g. of a registry that is away. */
export const isRetryable = (error: unknown): boolean =>
  error instanceof Error && 'retryable' in error && error.retryable === true;

/** A further key's state has to wait for its schema. */
class NotDecodedYet extends Error {}

/** One state of the batch can't be encoded, and which record made it isn't known. */
class UnencodableState extends Error {}

/**
 * Steps a batch through the topology: the records, then the timers that were cleared on the strength of these records
 * (one that a record has moved isn't due any more). Nothing is written or changed yet, so it may be thrown away. A record that fails as a defect becomes a dead letter.
 * A record whose schema can't be had now ends the batch: what comes before it is written, and it comes again. Rejects with
 * a `StoreFault`, or with a `ProcessorFault` where a newer release has written what this one would lose.
 */
export async function evolve<S>(
  task: Task<S>,
  records: readonly ConsumedRecord[],
  timers: readonly DueTimer[],
  nowMs: number,
): Promise<Work<S>> {
  try {
    return await run(false);
  } catch (error) {
    if (!(error instanceof UnencodableState)) throw error;
    // Encoding once per key and batch is the fast way. To find the culprit, encode after every record.
    return await run(true);
  }

  async function run(encodeEach: boolean): Promise<Work<S>> {
    const batch = new Batch(task, nowMs, encodeEach);
    let heldBy: Error | null = null;
    let nextPosition = task.position;
    for (const record of records) {
      if (record.offset < task.position) continue;
      heldBy = await heldUp(batch.record(record));
      if (heldBy) break;
      nextPosition = record.offset + 1;
    }
    for (const timer of timers) await heldUp(batch.timer(timer));
    return batch.finish(nextPosition, heldBy);
  }
}

/** The error for which a piece of work has to wait. */
async function heldUp(work: Promise<void>): Promise<Error | null> {
  try {
    await work;
    return null;
  } catch (error) {
    if (isRetryable(error)) return error as Error;
    throw error;
  }
}

class Batch<S> {
  readonly #task: Task<S>;
  readonly #nowMs: number;
  readonly #encodeEach: boolean;
  readonly #overlay = new Overlay<S>();
  readonly #outputs: OutgoingRecord[] = [];
  readonly #spentTimers: DueTimer[] = [];
  readonly #laterTimers: DueTimer[] = [];
  readonly #told: Told[] = [];
  #failures = 0;
  #lastError = '';

  constructor(task: Task<S>, nowMs: number, encodeEach: boolean) {
    this.#task = task;
    this.#nowMs = nowMs;
    this.#encodeEach = encodeEach;
  }

  async record(origin: ConsumedRecord): Promise<void> {
    const { context } = this.#task;
    let stage = 'input-unreadable';
    const record = {
      key: origin.key ?? '',
      value: null as unknown,
      headers: origin.headers,
      timestampMs: origin.timestampMs,
      partition: origin.partition,
      offset: origin.offset,
    };
    const traced = context.tracing?.begin(
      `${context.topology.name} process`,
      'CONSUMER',
      origin.headers,
      spanOf(origin),
    );
    try {
      const unusable = unusableKey(origin);
      if (unusable !== null) return this.#reject(origin, record, traced, ...unusable, null);
      if (context.steps?.wasTooSlow(origin))
        return this.#reject(origin, record, traced, 'step-too-slow', 'its step did not end in an earlier life', null);
      if (origin.value !== null) {
        const bytes = origin.value;
        const value = this.#watched(origin, () => context.input.decode(bytes));
        record.value = value instanceof Promise ? await value : value;
        refuseNewer(context.input, context.inputTopic, origin.value);
      }
      stage = 'state-unreadable';
      const found = this.#watched(origin, () => this.#state(record.key));
      const state = found instanceof Promise ? await found : found;
      stage = 'processor-threw';
      const stepped = this.#watched(origin, () => this.#reading((step) => context.topology.step(state, record, step)));
      const outcome = stepped instanceof Promise ? await stepped : stepped;
      if (outcome.kind === 'dead-letter') {
        return this.#reject(origin, record, traced, outcome.reason, outcome.error, outcome);
      }
      stage = 'output-unusable';
      this.#take(record.key, state, outcome, traced ? traced.headers : traceOf(origin.headers));
      this.#told.push({ record, timerKey: null, outcome, failure: null, traced });
    } catch (error) {
      if (isRetryable(error) || isFinal(error)) throw error;
      if (ourDefects.includes(stage)) {
        this.#failures++;
        this.#lastError = `${stage}: ${text(error)}`;
      }
      this.#reject(origin, record, traced, stage, text(error), null);
    }
  }

  /** Synchronous work for a record, which another thread keeps an eye on: it may not end. */
  #watched<R>(origin: ConsumedRecord, work: () => R): R {
    const { steps } = this.#task.context;
    if (!steps) return work();
    steps.begin(origin);
    try {
      return work();
    } finally {
      steps.end();
    }
  }

  async timer(timer: DueTimer): Promise<void> {
    const { topology } = this.#task.context;
    if (!topology.timer) return;
    this.#spentTimers.push(timer);
    let traced: TracedWork | undefined;
    try {
      const found = this.#state(timer.key);
      const state = found instanceof Promise ? await found : found;
      // The index is a hint; the state says whether and when it wants to be called. Its answer may have changed without
      // the state: a policy says it too.
      const wantedMs = state === null ? null : topology.timer.dueAtMs(state);
      if (state === null || wantedMs === null) return;
      if (wantedMs > timer.dueAtMs) {
        this.#laterTimers.push({ dueAtMs: wantedMs, key: timer.key });
        return;
      }
      traced = this.#task.context.tracing?.begin(`${topology.name} timer`, 'INTERNAL', {}, { key: timer.key });
      const { fire } = topology.timer;
      const stepped = this.#reading((step) => fire(timer.key, state, step));
      const outcome = stepped instanceof Promise ? await stepped : stepped;
      if (outcome.kind === 'dead-letter') throw new Error(`there is no record to set aside: ${outcome.error}`);
      if (outcome.kind === 'next' && outcome.state !== null) {
        const again = topology.timer.dueAtMs(outcome.state);
        if (again !== null && again <= wantedMs) throw new Error('a fired timer must ask for a later time or none');
      }
      this.#take(timer.key, state, outcome, traced?.headers);
      this.#told.push({ record: null, timerKey: timer.key, outcome, failure: null, traced });
    } catch (error) {
      if (isRetryable(error)) this.#spentTimers.splice(this.#spentTimers.indexOf(timer), 1);
      if (isRetryable(error) || isFinal(error)) throw error;
      // The state stays, and the timer comes back when the state changes or the store is rebuilt.
      this.#failures++;
      this.#lastError = `timer of ${timer.key}: ${text(error)}`;
      const outcome = { kind: 'drop', reason: 'timer-threw' } as const;
      this.#told.push({ record: null, timerKey: timer.key, outcome, failure: text(error), traced });
    }
  }

  finish(nextPosition: number, heldBy: Error | null): Work<S> {
    const { context, partition } = this.#task;
    const changes: (StoreWrite & { readonly state: S | null })[] = [];
    const records: OutgoingRecord[] = [];
    for (const [key, change] of this.#overlay.entries()) {
      const bytes = change.state === null ? null : this.#encodeState(change.state);
      const dueAtMs = change.state === null ? null : (context.topology.timer?.dueAtMs(change.state) ?? null);
      records.push(changelogRecord(context.changelogTopic, partition, key, bytes, dueAtMs, change));
      // An entry of the future is there still; one of the past may have been spent on a call that failed.
      const kept = dueAtMs !== null && dueAtMs > this.#nowMs;
      const previousDueAtMs = change.previousDueAtMs === dueAtMs && !kept ? null : change.previousDueAtMs;
      changes.push({ key, bytes, dueAtMs, previousDueAtMs, state: change.state });
    }
    records.push(...this.#outputs);
    // An entry that was spent may be wanted again: fired for an earlier time, the state asks for the one of the entry.
    const wanted = new Map(changes.map(({ key, dueAtMs }) => [key, dueAtMs]));
    return {
      task: this.#task,
      records,
      changes,
      spentTimers: this.#spentTimers.filter(({ key, dueAtMs }) => wanted.get(key) !== dueAtMs),
      laterTimers: this.#laterTimers,
      nextPosition,
      heldBy,
      told: this.#told,
      failures: this.#failures,
      lastError: this.#lastError,
    };
  }

  /**
   * Runs a step that may read further keys. It is called anew where one can't be decoded at once, because its schema has to
   * be fetched: a step has no effect before its outcome is taken.
   */
  #reading(step: (context: StepContext<S>) => Outcome<S>): Outcome<S> | Promise<Outcome<S>> {
    const decoded = new Map<string, S | null>();
    const run = (): Outcome<S> | Promise<Outcome<S>> => {
      let waiting: Promise<unknown> | null = null;
      const read = (key: string): S | null => {
        const known = decoded.get(key);
        if (known !== undefined) return known;
        const found = this.#state(key);
        if (!(found instanceof Promise)) return found;
        waiting = found.then((state) => decoded.set(key, state));
        throw new NotDecodedYet();
      };
      try {
        return step({ nowMs: this.#nowMs, read });
      } catch (error) {
        if (!(error instanceof NotDecodedYet) || waiting === null) throw error;
        return (waiting as Promise<unknown>).then(run);
      }
    };
    return run();
  }

  #state(key: string): S | null | Promise<S> {
    const changed = this.#overlay.get(key);
    return changed ? changed.state : this.#task.state(key);
  }

  /** Everything that can fail comes first, so that a failing record leaves nothing behind. */
  #take(key: string, before: S | null, outcome: Outcome<S>, trace: OutgoingRecord['headers']): void {
    if (outcome.kind !== 'next') return;
    const { context } = this.#task;
    const outputs = outcome.emit.map((emission): OutgoingRecord => {
      const output = context.outputs.get(emission.topic);
      if (!output) throw new Error(`${emission.topic} is not an output of ${context.topology.name}`);
      return {
        topic: output.topic,
        key: emission.key,
        value: emission.value === null ? null : output.codec.encode(emission.value),
        headers: { ...trace, ...emission.headers },
      };
    });
    const { reason, others } = outcome;
    const states: [key: string, state: S | null, before: S | null][] = [...(others ?? [])].map(([other, state]) => {
      const held = this.#state(other);
      // One that isn't decoded was not read, so its index entry isn't known: it is dropped when it comes due.
      return [other, state, held instanceof Promise ? null : held];
    });
    if (outcome.state !== before || !others) states.push([key, outcome.state, before]);
    if (this.#encodeEach) for (const [, state] of states) if (state !== null) context.state.encode(state);
    for (const [changed, state, held] of states)
      this.#overlay.set(changed, {
        state,
        ...(reason === undefined || changed !== key ? {} : { reason }),
        previousDueAtMs: held === null ? null : (context.topology.timer?.dueAtMs(held) ?? null),
        trace,
      });
    for (const output of outputs) this.#outputs.push(output);
  }

  #reject(
    origin: ConsumedRecord,
    record: SourceRecord & { readonly partition: number; readonly offset: number },
    traced: TracedWork | undefined,
    reason: string,
    error: string,
    outcome: Outcome<S> | null,
  ): void {
    const { context } = this.#task;
    this.#outputs.push(deadLetter(context.deadLetterTopic, context.stage, origin, reason, error));
    this.#told.push({
      record,
      timerKey: null,
      outcome: outcome ?? { kind: 'dead-letter', reason, error },
      failure: outcome ? null : error,
      traced,
    });
  }

  #encodeState(state: S): Buffer {
    try {
      return this.#task.context.state.encode(state);
    } catch (error) {
      if (isRetryable(error)) throw error;
      throw new UnencodableState('a state cannot be encoded', { cause: error });
    }
  }
}

/**
 * What a release is to blame for: a step that throws, and a state of its own topic that it can't read. An input that can't be
 * read says something of who wrote it, and so does a value in it that nothing can hold.
 */
const ourDefects: readonly string[] = ['state-unreadable', 'processor-threw'];

/** Longer keys would be carried in every change of their state. */
const maxKeyLength = 1_024;

/** Why no state can be kept under a record's key: reason and sentence; null where one can. */
function unusableKey({ key, raw }: ConsumedRecord): readonly [reason: string, error: string] | null {
  if (key === null) return ['no-key', 'the record has no key'];
  if (raw?.key !== undefined) return ['unusable-key', 'the key is no UTF-8'];
  if (key.length > maxKeyLength)
    return ['unusable-key', `the key has ${key.length} characters, at most ${maxKeyLength}`];
  if (hasControlCharacter(key)) return ['unusable-key', 'the key has a control character'];
  return null;
}

/** Not to be blamed on a record. */
const isFinal = (error: unknown): boolean =>
  error instanceof ProcessorFault || (error instanceof Error && error.name === 'StoreFault');
const text = (error: unknown): string => (error instanceof Error ? error.message : String(error));
