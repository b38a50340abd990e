import { type Logger, pino } from 'pino';

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
 */
export function createLogger(role: string, level: string): Logger {
  return pino(
    {
      level,
      base: { role },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secretKeys.flatMap((key) => [key, `*.${key}`]), censor: '[secret]' },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}
