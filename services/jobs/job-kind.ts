import type { InternalEvent } from '../../processors/callback/index.ts';
import type { TranscodeJob } from '../../schemas/generated/TranscodeJob.ts';

/** What all commands of `transcode-jobs` have in common, whatever they order. */
export type Command = Pick<TranscodeJob, 'token' | 'videoId' | 'generation' | 'plannedAt' | 'region'>;

export type JobEnding = {
  readonly result: 'acknowledged' | 'failed' | 'in-doubt';
  readonly event: InternalEvent;
  /** For `failed` and `in-doubt`: the text for the dead letter. */
  readonly error?: string;
};

export type JobContext = {
  /** Another runner may have started this job before. */
  readonly mayHaveStarted: boolean;
  readonly signal: AbortSignal;
  /** Waits without holding a place, so that other jobs go on. Throws `Abandoned` when the job must stop here. */
  pause(ms: number): Promise<void>;
  /** So many jobs wait that others can't be taken: who can do without gives up. */
  crowded(): boolean;
  /** Publishes an event about the job's progress. */
  report(event: InternalEvent): Promise<void>;
};

/** One command, read and ready to be carried out. */
export type Job = {
  readonly kind: 'transcode' | 'compose' | 'step';
  /** When it was planned, epoch milliseconds. */
  readonly plannedAtMs: number;
  /** Other jobs of the same key needn't wait for this one. */
  readonly independent: boolean;
  /** Brings the job to its end, calling the cloud as needed. */
  work(context: JobContext): Promise<JobEnding>;
  /** The ending of a job whose `work` failed by a defect: whether the cloud has it is not known. */
  broken(why: string): JobEnding;
};

/** Reads the commands of one topic. */
export type JobReader = {
  readonly name: 'transcode' | 'compose';
  /** @throws where the bytes are no command of this topic */
  read(bytes: Buffer): Job | Promise<Job>;
};

/** What of the account a call needs: where that is refused, calls of other kinds and regions may still work. */
export const rightOf = (what: string, region: string | null): string => `${what} ${region ?? ''}`;
