import type { InternalEvent } from '../../connectors/kafka/index.ts';

export type JobEnding = {
  readonly result: 'acknowledged' | 'failed' | 'in-doubt';
  readonly event: InternalEvent;
  /** For `failed` and `in-doubt`: the text for the dead letter. */
  readonly error?: string;
};

export type JobContext = {
  /** A predecessor may have begun this job. */
  readonly mayHaveStarted: boolean;
  readonly signal: AbortSignal;
  /** Waits. Throws `Abandoned` when the job must stop here. */
  pause(ms: number): Promise<void>;
  /** Publishes an event about the job's progress. */
  tell(event: InternalEvent): Promise<void>;
};

/** One sort of job. */
export type JobKind<J> = {
  readonly name: 'transcode' | 'compose' | 'step';
  decode(bytes: Buffer): J | Promise<J>;
  plannedAtMs(job: J): number;
  /** Brings one job to its end, calling the cloud as needed. */
  work(job: J, context: JobContext): Promise<JobEnding>;
  /** The ending of a job in which `work` itself broke: what it had done by then nobody knows. */
  broken(job: J, why: string): JobEnding;
  /** Other jobs of the same key needn't wait for one of these. */
  readonly independent?: boolean;
  /** Where the topic holds several sorts: the one of this job. */
  sortOf?(job: J): JobKind<J>;
};
