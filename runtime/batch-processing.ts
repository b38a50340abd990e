import { type ConsumedRecord, deadLetter, type OutgoingRecord } from '../connectors/kafka/index.ts';
import { isRetryable } from '../platform/faults.ts';
import { spanOf, type TracedWork, traceOf } from '../platform/telemetry/index.ts';
import type { Outcome, StepContext } from '../processors/topology.ts';
import type { DeadLetterReason } from '../schemas/dead-letter.ts';
import { BatchOutputs } from './batch-outputs.ts';
import type { BatchResult, ReportedEvent } from './batch-result.ts';
import { changelogRecord } from './changelog-record.ts';
import type { Happened, RecordPlace } from './hooks.ts';
import { refuseNewer } from './newer-release.ts';
import { type Change, Overlay } from './overlay.ts';
import { ProcessorFault } from './processor-fault.ts';
import type { DueTimer } from './store/state-store.ts';
import { StoreFault } from './store/store-fault.ts';
import type { Task, TaskChanges } from './task.ts';
import { unusableKey } from './unusable-key.ts';

/** The state of a further key can't be decoded before its schema is fetched. */
class NotDecodedYet extends Error {}

/** A state or a snapshot of the batch can't be encoded; which record produced it isn't known. */
export class Unencodable extends Error {}

/**
 * A batch of one task in progress: steps and timers over an overlay, until `finish`. Below the overlay lie the changes of the
 * batch before, then the task.
 */
export class BatchProcessing<S> {
  readonly #task: Task<S>;
  readonly #before: BatchResult<S>['states'] | null;
  #nowMs: number;
  readonly #overlay = new Overlay<S>();
  readonly #outputs: BatchOutputs;
  readonly #encodesEach: boolean;
  readonly #spentTimers: DueTimer[] = [];
  readonly #laterTimers: DueTimer[] = [];
  readonly #reportedEvents: ReportedEvent[] = [];
  /** What the step in progress has read of further keys. */
  #read: Map<string, S | null> | null = null;
  #failures = 0;
  #lastError = '';

  constructor(task: Task<S>, before: BatchResult<S>['states'] | null, nowMs: number) {
    this.#task = task;
    this.#before = before;
    this.#nowMs = nowMs;
    this.#encodesEach = task.encodesEachUntilMs > nowMs;
    this.#outputs = new BatchOutputs(task.context, this.#encodesEach);
  }

  async record(origin: ConsumedRecord): Promise<void> {
    const { context } = this.#task;
    let stage: DeadLetterReason = 'input-unreadable';
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
      if (unusable !== null) return this.#setAside(origin, traced, ...unusable, null);
      if (context.steps?.wasTooSlow(origin))
        return this.#setAside(
          origin,
          traced,
          'step-too-slow',
          'its step did not end before this process was started again',
          null,
        );
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
        return this.#setAside(origin, traced, outcome.reason, outcome.error, outcome);
      }
      stage = 'output-unusable';
      const trace = traced ? traced.headers : traceOf(origin.headers);
      this.#applyOutcome(record.key, state, outcome, trace, record.key);
      this.#report(origin, null, outcome, traced);
    } catch (error) {
      if (isRetryable(error) || isFinal(error)) throw error;
      if (defectStages.includes(stage)) {
        this.#failures++;
        this.#lastError = `${stage}: ${messageOf(error)}`;
      }
      this.#setAside(origin, traced, stage, messageOf(error), null);
    }
  }

  /** Synchronous work for a record, timed by the step watch's thread: it may not end. */
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

  /** `nowMs`: the records may have been stepped some time before. */
  async timer(timer: DueTimer, nowMs: number): Promise<void> {
    const { topology } = this.#task.context;
    if (!topology.timer) return;
    this.#nowMs = nowMs;
    this.#spentTimers.push(timer);
    let traced: TracedWork | undefined;
    try {
      const found = this.#state(timer.key);
      const state = found instanceof Promise ? await found : found;
      // The index is a hint; the state decides whether and when its timer fires. That may have changed without the state,
      // by another policy.
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
      this.#applyOutcome(timer.key, state, outcome, traced?.headers, null);
      this.#report(null, timer.key, outcome, traced);
    } catch (error) {
      if (isRetryable(error)) this.#spentTimers.splice(this.#spentTimers.indexOf(timer), 1);
      if (isRetryable(error) || isFinal(error)) throw error;
      // The state stays, and the timer comes back when the state changes or the store is rebuilt.
      this.#failures++;
      this.#lastError = `timer of ${timer.key}: ${messageOf(error)}`;
      const outcome = { kind: 'drop', reason: 'timer-threw' } as const;
      this.#reportedEvents.push({ record: null, timerKey: timer.key, outcome, failure: messageOf(error), traced });
    }
  }

  /** May be called again after further timers. */
  finish(nextPosition: number, deferredBy: Error | null): BatchResult<S> {
    const { context, partition } = this.#task;
    const changes: TaskChanges['changes'][number][] = [];
    const records: OutgoingRecord[] = [];
    for (const [key, change] of this.#overlay.entries()) {
      const { state, dueAtMs } = change;
      const bytes = state === null ? change.bytes : encoded(() => context.state.encode(state));
      records.push(changelogRecord(context.changelogTopic, partition, key, bytes, dueAtMs, change));
      // An entry of the future is still in the index; one of the past may have been spent on a timer that failed.
      const kept = dueAtMs !== null && dueAtMs > this.#nowMs;
      const previousDueAtMs = change.previousDueAtMs === dueAtMs && !kept ? null : change.previousDueAtMs;
      changes.push({ key, bytes, dueAtMs, previousDueAtMs });
    }
    const outputs = this.#outputs.records();
    encoded(() => {
      for (const output of outputs) records.push(output);
    });
    return {
      task: this.#task,
      records,
      changes,
      states: this.#overlay,
      // One may be wanted again: its timer fired for an earlier time, and the state now asks for the entry's.
      spentTimers: this.#spentTimers.filter(({ key, dueAtMs }) => this.#overlay.get(key)?.dueAtMs !== dueAtMs),
      laterTimers: this.#laterTimers,
      nextPosition,
      deferredBy,
      reportedEvents: this.#reportedEvents,
      failures: this.#failures,
      lastError: this.#lastError,
    };
  }

  /**
   * Runs a step that may read further keys. It is called again where one can't be decoded at once, because its schema has
   * to be fetched: a step has no effect before its outcome is applied.
   */
  #reading(step: (context: StepContext<S>) => Outcome<S>): Outcome<S> | Promise<Outcome<S>> {
    this.#read = null;
    const run = (): Outcome<S> | Promise<Outcome<S>> => {
      let waiting: Promise<unknown> | null = null;
      const read = (key: string): S | null => {
        const known = this.#read?.get(key);
        if (known !== undefined) return known;
        const found = this.#state(key);
        if (found instanceof Promise) {
          waiting = found.then((state) => this.#haveRead(key, state));
          throw new NotDecodedYet();
        }
        return this.#haveRead(key, found);
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

  #haveRead(key: string, state: S | null): S | null {
    this.#read ??= new Map();
    this.#read.set(key, state);
    return state;
  }

  #state(key: string): S | null | Promise<S> {
    const changed = this.#overlay.get(key) ?? this.#before?.get(key);
    if (!changed) return this.#task.state(key);
    return changed.bytes === null ? changed.state : this.#task.context.state.decode(changed.bytes);
  }

  /** Does everything that can fail first, so that a failing record leaves nothing behind. */
  #applyOutcome(
    key: string,
    before: S | null,
    outcome: Outcome<S>,
    trace: OutgoingRecord['headers'],
    from: string | null,
  ): void {
    if (outcome.kind !== 'next') return;
    const outputs = this.#outputs.made(outcome.emit, trace, from);
    const { reason, others, state } = outcome;
    const changes: [key: string, Change<S>][] = [];
    if (others) {
      for (const [other, changed] of others) {
        const held = this.#read?.has(other) ? (this.#read.get(other) ?? null) : this.#state(other);
        // A state that isn't decoded was not read, so its index entry isn't known: that is dropped when it comes due. That its
        // schema can't be fetched doesn't matter then.
        if (held instanceof Promise) held.catch(() => {});
        changes.push([other, this.#change(other, changed, held instanceof Promise ? null : held, undefined, trace)]);
      }
    }
    if (state !== before || !others) changes.push([key, this.#change(key, state, before, reason, trace)]);
    for (const [changed, change] of changes) this.#overlay.set(changed, change);
    this.#outputs.add(outputs, from);
  }

  /**
   * A key's first change is kept encoded: nearly always it is the only one, the state is still in the machine's caches, and held until
   * the commit it would outlive the young generation. A key that changes again is kept decoded, and encoded once more at the end.
   */
  #change(
    key: string,
    state: S | null,
    held: S | null,
    reason: string | undefined,
    trace: Change<S>['trace'],
  ): Change<S> {
    const { context } = this.#task;
    const earlier = this.#overlay.get(key);
    const bytes = state !== null && (this.#encodesEach || !earlier) ? context.state.encode(state) : null;
    return {
      bytes,
      state: bytes === null ? state : null,
      dueAtMs: this.#dueAtMs(state),
      // The index entry to remove is the stored one, not one that was never written.
      previousDueAtMs: earlier ? earlier.previousDueAtMs : this.#dueAtMs(held),
      reason,
      trace,
    };
  }

  #dueAtMs(state: S | null): number | null {
    return state === null ? null : (this.#task.context.topology.timer?.dueAtMs(state) ?? null);
  }

  #report(
    record: ConsumedRecord | null,
    timerKey: string | null,
    outcome: Outcome<S>,
    traced: TracedWork | undefined,
  ): void {
    const { labels } = outcome;
    const happened: Happened =
      outcome.kind === 'next' ? { kind: 'next', ...(labels === undefined ? {} : { labels }) } : outcome;
    this.#reportedEvents.push({ record: placeOf(record), timerKey, outcome: happened, failure: null, traced });
  }

  /** Makes a dead letter of a record. */
  #setAside(
    origin: ConsumedRecord,
    traced: TracedWork | undefined,
    reason: DeadLetterReason,
    error: string,
    outcome: (Outcome<S> & { readonly kind: 'dead-letter' }) | null,
  ): void {
    const { context } = this.#task;
    this.#outputs.addRecord(deadLetter(context.deadLetterTopic, context.stage, origin, reason, error));
    this.#reportedEvents.push({
      record: placeOf(origin),
      timerKey: null,
      outcome: outcome ?? { kind: 'dead-letter', reason, error },
      failure: outcome ? null : error,
      traced,
    });
  }
}

function placeOf(record: ConsumedRecord | null): RecordPlace | null {
  if (record === null) return null;
  const { topic, partition, offset, key } = record;
  return { topic, partition, offset, key };
}

/** At the end of a batch, where the record at fault isn't known any more. */
function encoded<R>(encode: () => R): R {
  try {
    return encode();
  } catch (error) {
    if (isRetryable(error)) throw error;
    throw new Unencodable('a state or a snapshot cannot be encoded', { cause: error });
  }
}

/**
 * Stages whose failures are defects of this release: a step that throws, and a state of its own topic that it can't read.
 * An input that can't be read, or holds a value that nothing can hold, is the fault of its writer.
 */
const defectStages: readonly DeadLetterReason[] = ['state-unreadable', 'processor-threw'];

/** A fault of the processor, not of the record in progress. */
const isFinal = (error: unknown): boolean => error instanceof ProcessorFault || error instanceof StoreFault;
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
