import { counted } from '../../platform/counted.ts';
import type { ProcessorStatus } from '../../runtime/index.ts';

type Statuses = Readonly<Record<string, ProcessorStatus>>;

/** What keeps the processors from being ready, in words and by processor; null where all are ready. */
export function waitingText(statuses: Statuses): string | null {
  const waiting = Object.entries(statuses).filter(([, status]) => !status.ready);
  return waiting.length === 0 ? null : waiting.map(([name, status]) => `${name}: ${waitsFor(status)}`).join(', ');
}

function waitsFor({ kafkaReachable, membership, tasks }: ProcessorStatus): string {
  if (!kafkaReachable) return 'Kafka';
  const partitionsIn = (wanted: string) =>
    [...tasks].filter(([, state]) => state === wanted).map(([partition]) => partition);
  const blocked = partitionsIn('blocked');
  if (blocked.length > 0) return `blocked by a hanging transaction in partition ${blocked.join(', ')}`;
  const restoring = [...partitionsIn('restoring'), ...partitionsIn('restored')];
  if (restoring.length > 0) return `restoring ${restoring.length} of ${counted(tasks.size, 'partition')}`;
  return `membership ${membership}`;
}

/** Timers wait for a while in normal work too: what was received has to be processed before one may fire. */
const heldTooLongMs = 60_000;

/** Timers that are held back for long: sessions don't end by time meanwhile. Null where none is. */
export function heldTimersText(statuses: Readonly<Record<string, Pick<ProcessorStatus, 'heldTimers'>>>): string | null {
  const held = Object.entries(statuses).flatMap(([name, { heldTimers }]) => {
    const { ms, waitsFor: input } = heldTimers;
    if (ms < heldTooLongMs) return [];
    return [`${name}: timers held back for ${Math.round(ms / 1000)} s, waiting for ${input ?? 'input'}`];
  });
  return held.length === 0 ? null : held.join('; ');
}
