/** Exit codes of every command (after sysexits.h), listed in docs/operations.md. */
export const exitCode = {
  ok: 0,
  failed: 1,
  usage: 2,
  /** Something that the command needs is not there: a broker, a registry, a taken port. */
  unavailable: 69,
  /** A broken invariant: going on would endanger the guarantees. */
  invariant: 70,
  /** A broken setting, policy or schema. */
  configuration: 78,
} as const;

/** Ends a command with one line on standard error and an exit code. */
export class CommandFault extends Error {
  readonly exitCode: number;

  constructor(message: string, code: number, cause?: unknown) {
    super(message, { cause });
    this.name = 'CommandFault';
    this.exitCode = code;
  }
}
