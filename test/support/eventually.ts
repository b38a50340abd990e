import { performance } from 'node:perf_hooks';

export type EventuallyOptions = {
  /** How long to go on trying. Default 60 000 ms: it ends what hangs, and a busy machine may be many times slower. */
  readonly timeoutMs?: number;
  /** Pause between two tries. Default 50 ms. */
  readonly intervalMs?: number;
};

/**
 * Calls `attempt` until it neither throws nor gives `false`, and gives what it gave.
 * At the deadline the last failure is the cause of the error, so that a failed wait says what was still wrong.
 *
 * @example await eventually(() => consumer.assigned.length === 6);
 * @example await eventually(() => expect(seen).toEqual(expected), { timeoutMs: 5_000 });
 */
export async function eventually<T>(
  attempt: () => T | Promise<T>,
  { timeoutMs = 60_000, intervalMs = 50 }: EventuallyOptions = {},
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const last = await outcome(attempt);
    if (last.ok) return last.value;
    if (performance.now() >= deadline) {
      const why = last.error instanceof Error ? last.error.message : String(last.error);
      throw new Error(`Not so within ${timeoutMs} ms: ${why}`, { cause: last.error });
    }
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}

type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

/** An assertion library's `expect` gives undefined when it holds: only a condition's own `false` counts as "not yet". */
async function outcome<T>(attempt: () => T | Promise<T>): Promise<Outcome<T>> {
  try {
    const value = await attempt();
    return value === false ? { ok: false, error: new Error('the condition is still false') } : { ok: true, value };
  } catch (error) {
    return { ok: false, error };
  }
}
