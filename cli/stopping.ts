import { exitCode, Interrupted } from './exit.ts';

/**
 * When a role that doesn't end is ended by SIGKILL, whatever holds it up. Each is longer than what it bounds, and than
 * the 20 s after which `up` kills a role: this is for a role that has no supervisor.
 */
export const endBudget = {
  /** After it was told to stop; an ingress serves on for a while before it begins to. */
  stopMs: (lameDuckSeconds = 0) => 25_000 + lameDuckSeconds * 1_000,
  /** After `up` is gone. */
  orphanMs: 25_000,
  /** From the role's end to that of its process: a last message, and native threads that come to an end. */
  exitMs: 15_000,
} as const;

/** A signal that aborts at SIGTERM or Ctrl-C; the second Ctrl-C ends the process at once. */
export function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  process.once('SIGTERM', () => stopping.abort(new Interrupted('SIGTERM')));
  process.once('SIGINT', () => {
    stopping.abort(new Interrupted('SIGINT'));
    process.once('SIGINT', () => process.exit(exitCode.interrupted));
  });
  return stopping.signal;
}

/**
 * What a start gives, or `Interrupted` where it was stopped: whatever then fails in it fails because of that.
 * @param signal of `stopSignal`
 */
export async function unlessStopped<T>(signal: AbortSignal, start: Promise<T>): Promise<T> {
  try {
    return await start;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
