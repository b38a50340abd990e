export type { BatchLimits, SinkOptions } from './options.ts';
export { runSink } from './run-sink.ts';
