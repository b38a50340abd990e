/**
 * How long the calls of a queue may take. Each must be longer than what its call waits for on purpose, and shorter than
 * what would be lost by waiting for it; test/time-outs states the relations.
 */

/** The service accepts no longer wait of a poll. */
export const longestWaitSeconds = 30;

/** The service answers a long poll by its wait time; this much later the connection is dead. */
const graceMs = 10_000;

/** Of a poll that waits at the service for so long. */
export const pollTimeoutMs = (waitSeconds: number): number => waitSeconds * 1_000 + graceMs;

/** Shortest lease to assume where the message doesn't tell: the service's default is 30 s. */
export const cautiousLeaseMs = 10_000;

/**
 * Of every other call. An extension is asked for when half of a lease is left, and has to fail in time to be asked for
 * once more.
 */
export const callTimeoutMs = 4_000;
