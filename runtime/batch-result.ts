import type { ConsumedRecord, OutgoingRecord } from '../connectors/kafka/index.ts';
import type { TracedWork } from '../platform/telemetry/index.ts';
import type { Happened } from './hooks.ts';
import type { Overlay } from './overlay.ts';
import type { Task, TaskChanges } from './task.ts';

/** The result of processing a batch of one task: written in one transaction, then applied to the task. */
export type BatchResult<S> = TaskChanges<S> & {
  readonly task: Task<S>;
  /** The states of `changes` by key, for the batch behind this one. */
  readonly states: Pick<Overlay<S>, 'get'>;
  /** State records, outputs and dead letters. */
  readonly records: readonly OutgoingRecord[];
  /** Why the record at `nextPosition` can't be processed now (its schema can't be fetched); null where none is deferred. */
  readonly deferredBy: Error | null;
  readonly reportedEvents: readonly ReportedEvent[];
  readonly failures: number;
  readonly lastError: string;
};

/** The outcome of a record or timer, reported to the hooks once it is committed. */
export type ReportedEvent = {
  readonly record: ConsumedRecord | null;
  readonly timerKey: string | null;
  readonly outcome: Happened;
  readonly failure: string | null;
  /** Ended with the commit; a batch that is dropped leaves no trace. */
  readonly traced: TracedWork | undefined;
};
