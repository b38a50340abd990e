export { type MnsCredentials, type MnsQueueOptions, mnsQueue } from './mns-queue.ts';
export { MnsFault, type Queue, type QueueMessage } from './queue.ts';
export { type QueueProbe, queueProbe } from './queue-probe.ts';
export { callTimeoutMs, cautiousLeaseMs, longestWaitSeconds, pollTimeoutMs } from './time-outs.ts';
