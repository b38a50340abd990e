import type { OutgoingRecord } from '../connectors/kafka/index.ts';
import type { TracedWork } from '../platform/telemetry/index.ts';
import type { Happened, RecordPlace } from './hooks.ts';
import type { Overlay } from './overlay.ts';
import type { Task, TaskChanges } from './task.ts';

/** The result of processing a batch of one task: written in one transaction, then applied to the task. */
export type BatchResult<S> = TaskChanges & {
  readonly task: Task<S>;
  /** The states of `changes` by key, for the batch behind this one. */
  readonly states: Pick<Overlay<S>, 'get'>;
  /** State records, outputs and dead letters. */
  readonly records: readonly OutgoingRecord[];
  /** Why the record at `nextPosition` can't be processed now, and is to be polled again; null where none is deferred. */
  readonly deferredBy: Error | null;
  readonly reportedEvents: readonly ReportedEvent[];
  readonly failures: number;
  readonly lastError: string;
};

/** The outcome of a record or timer, reported to the hooks once it is committed. */
export type ReportedEvent = {
  readonly record: RecordPlace | null;
  readonly timerKey: string | null;
  readonly outcome: Happened;
  readonly failure: string | null;
  /** Ended with the commit; a batch that is dropped leaves no trace. */
  readonly traced: TracedWork | undefined;
};
