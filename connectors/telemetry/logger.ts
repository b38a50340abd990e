import { type Logger, pino } from 'pino';
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
 */
export function createLogger(role: string, level: string, onLost: () => void = () => {}): Logger {
  return pino(
    {
      level,
      base: { role },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secretKeys.flatMap((key) => [key, `*.${key}`]), censor: '[secret]' },
    },
    logDestination(2, onLost),
  );
}
