/** The queue: callbacks that the cloud writes to a Simple Message Queue (MNS) become records. */
export { type RunMnsOptions, runMnsSource } from './run.ts';
export { consumeQueue, type QueueSourceOptions } from './source.ts';
