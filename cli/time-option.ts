import { InvalidArgumentError } from 'commander';
import { systemClock } from '../platform/host/index.ts';

/** A point in time of a command line: ISO 8601, epoch milliseconds, or `30m`, `6h`, `2d` ago. Returns epoch milliseconds. */
export function timeOption(text: string): number {
  const ago = /^(\d+)([smhd])$/.exec(text);
  if (ago) {
    const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[ago[2] as 's' | 'm' | 'h' | 'd'];
    return systemClock.now() - Number(ago[1]) * unitMs;
  }
  const ms = /^\d{10,16}$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(ms)) throw new InvalidArgumentError('ISO 8601, epoch milliseconds, or how long ago: 30m, 6h, 2d');
  return ms;
}
