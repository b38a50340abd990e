import process from 'node:process';

let quiet = false;

/**
 * kafkajs sets a timer with a negative delay at every connection, which Node 24 and newer warns about; the delay counts
 * as 1 ms and nothing is wrong. Leaves out that warning where kafkajs is at fault, and no other.
 */
export function quietKafkajs(): void {
  if (quiet) return;
  quiet = true;
  const emitWarning = process.emitWarning.bind(process) as (...warning: unknown[]) => void;
  const withoutKafkajs = (...warning: unknown[]): void => {
    if (warning[1] === 'TimeoutNegativeWarning' && /[\\/]kafkajs[\\/]/.test(new Error().stack ?? '')) return;
    emitWarning(...warning);
  };
  process.emitWarning = withoutKafkajs as typeof process.emitWarning;
}
