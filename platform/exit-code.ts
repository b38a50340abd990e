import { Fault } from './faults.ts';

/** Exit codes of every command (after sysexits.h), listed in docs/operations.md. */
export const exitCode = {
  ok: 0,
  failed: 1,
  usage: 2,
  /** Nothing failed: `record-config plan` found something to change. */
  changes: 3,
  /** Too many records failed, or the data is of others: starting again would only fail again, a person has to look. */
  data: 65,
  /** Something that the command needs is not there: a broker, a registry, a taken port. */
  unavailable: 69,
  /** An invariant doesn't hold, or something failed unexpectedly: going on would endanger the guarantees. */
  invariant: 70,
  /** A broken setting, policy or schema. */
  configuration: 78,
  /** Ended by SIGINT or SIGTERM before the work had begun: 128 and the signal's number, as shells have it. */
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** Faults that no waiting ends and no start either. All others mean that something isn't there. */
const ofCode: Readonly<Record<string, ExitCode>> = {
  FAILURE_LIMIT: exitCode.data,
  OTHER_TOPICS: exitCode.data,
  ROWS_REFUSED: exitCode.data,
  SPOOL_OF_OTHERS: exitCode.data,
  UNREADABLE_BATCH: exitCode.data,
  KAFKA_UNREADABLE_BATCH: exitCode.data,
  DEFECT: exitCode.invariant,
  NEWER_RELEASE: exitCode.configuration,
  KAFKA_REFUSED: exitCode.configuration,
};

export type Ending = {
  /** Refused from the start: a wrong setting. Refused later: rights may come back, e.g. in the middle of a rotation. */
  readonly wasReady?: boolean;
  /** For a fault that isn't retryable and of which nothing else is known. */
  readonly otherwise: ExitCode;
};

/** The exit code of a process that `error` ends. An error that is no `Fault` is an unexpected one. */
export function exitCodeOf(error: unknown, { wasReady = false, otherwise }: Ending): ExitCode {
  if (!(error instanceof Fault)) return exitCode.failed;
  if (error.denied && !wasReady) return exitCode.configuration;
  const known = Object.hasOwn(ofCode, error.code) ? ofCode[error.code] : undefined;
  return known ?? (error.retryable ? exitCode.unavailable : otherwise);
}
