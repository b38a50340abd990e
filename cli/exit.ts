import { exitCode } from '../platform/exit-code.ts';
import { shown } from '../schemas/shown.ts';

export { exitCode };

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
