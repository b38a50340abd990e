export { type BatchLimits, runSink, type SinkOptions } from './run-sink.ts';
