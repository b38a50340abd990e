import { type Logger, pino } from 'pino';
import { shown } from '../../schemas/shown.ts';
import { logDestination } from './log-destination.ts';

export type { Logger };

/** Keys whose values never reach a log, at the top or one level down. */
const secretKeys = [
  'authorization',
  'password',
  'secret',
  'accessKeySecret',
  'securityToken',
  'signature',
  'key',
  'keys',
  'token',
];

/**
 * A logger that writes JSON lines to standard error (standard output belongs to what a command prints).
 * @param role the process's role, on every line
 * @param onLost called for every line that could not be written
 * @param process which of the role's processes it is, on every line, where there are several
 */
export function createLogger(role: string, level: string, onLost: () => void = () => {}, process?: number): Logger {
  const lines = logDestination(2, onLost);
  return pino(
    {
      level,
      base: process === undefined ? { role } : { role, process },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secretKeys.flatMap((key) => [key, `*.${key}`]), censor: '[secret]' },
    },
    // Whatever quotes a URL, an error of a library too, quotes its password.
    { write: (line) => lines.write(shown(line)) },
  );
}
