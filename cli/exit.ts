import { shown } from '../schemas/shown.ts';

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
  /** An invariant doesn't hold, or something failed that nobody expected: going on would endanger the guarantees. */
  invariant: 70,
  /** A broken setting, policy or schema. */
  configuration: 78,
  /** Ended by SIGINT or SIGTERM before the work had begun: 128 and the signal's number, as shells have it. */
  interrupted: 130,
  terminated: 143,
} as const;

/** Ends a command with one line on standard error and an exit code. */
export class CommandFault extends Error {
  readonly exitCode: number;

  constructor(message: string, code: number, cause?: unknown) {
    super(shown(message), { cause });
    this.name = 'CommandFault';
    this.exitCode = code;
  }
}

/** Ended by a signal before it had begun its work. */
export class Interrupted extends CommandFault {
  constructor(signal: 'SIGINT' | 'SIGTERM') {
    const code = signal === 'SIGINT' ? exitCode.interrupted : exitCode.terminated;
    super(`stopped by ${signal} before it had started; nothing of it runs any more`, code);
  }
}

/** A port that something else listens on; the line names the setting to change. */
export class PortTaken extends CommandFault {}

const takenCodes: readonly unknown[] = ['EADDRINUSE', 'PORT_TAKEN', 'PORT_IN_USE'];

/**
 * For a `catch`: throws an error that says that a port is taken as `PortTaken`, every other as it is.
 *
 * @param setting where the port is set; named unless the error does
 */
export function namingPort(setting: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof Error && 'code' in error && takenCodes.includes(error.code))) throw error;
    const text = error.message.replace(/^listen EADDRINUSE: /, '');
    const line = text.includes(setting) ? text : `${text}: free it, or set ${setting} to another port`;
    throw new PortTaken(line, exitCode.unavailable, error);
  };
}
