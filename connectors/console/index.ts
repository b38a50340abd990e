export { buildConsole, type ConsoleAppOptions } from './app.ts';
export type { DeadLetters } from './routes-dead-letters.ts';
export type { ReadLatency } from './routes-latency.ts';
export { type ConsoleOptions, runConsole } from './server.ts';
