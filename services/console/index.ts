export { buildConsole, type ConsoleAppOptions } from './app.ts';
export type { ReadLatency } from './latency-cache.ts';
export type { DeadLetters } from './routes-dead-letters.ts';
export { type ConsoleOptions, runConsole } from './server.ts';
