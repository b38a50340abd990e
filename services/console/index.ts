export { buildConsole, type ConsoleAppOptions } from './app.ts';
export type { ReadLatency } from './latency-cache.ts';
export { playReader, type ReadPlay, type ReadPlayOptions } from './play/read-play.ts';
export type { DeadLetters } from './routes-dead-letters.ts';
export { type ConsoleOptions, runConsole } from './server.ts';
export { StateView } from './state-view.ts';
