/** The queue door: callbacks that the cloud writes to a Simple Message Queue (MNS) become records. */
export { type MnsCredentials, type MnsQueueOptions, mnsQueue } from './mns-queue.ts';
export { MnsFault, type Queue, type QueueMessage } from './queue.ts';
export { type RunMnsOptions, runMnsSource } from './run.ts';
export { consumeQueue, type QueueSourceOptions } from './source.ts';
export { callTimeoutMs, cautiousLeaseMs, longestWaitSeconds, pollTimeoutMs } from './time-outs.ts';
