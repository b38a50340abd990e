export { Admin, type TopicDescription, type TopicSpec } from './client/admin.ts';
export { askBrokerTime, type BrokerTimeOptions, offsetsPartition } from './client/broker-time.ts';
export { Consumer, type ConsumerOptions, type Rebalance } from './client/consumer.ts';
export { codecRemedy, missingCodecs } from './client/consumer-fault.ts';
export { hasCode, KafkaFault } from './client/fault.ts';
export { IdempotentProducer, type IdempotentProducerOptions } from './client/idempotent-producer.ts';
export { hungCalls } from './client/native-calls.ts';
export { Pulses, pulseStopsMs } from './client/pulses.ts';
export type { ConsumedRecord, OutgoingRecord, TopicPartition, TopicPartitionOffset } from './client/record.ts';
export { type ScanRange, scanTopic } from './client/scan.ts';
export type { KafkaSettings } from './client/settings.ts';
export { TransactionalProducer, type TransactionalProducerOptions } from './client/transactional-producer.ts';
export {
  type DeadLetter,
  type LetterBounds,
  type LetterFilter,
  readLetters,
  TooManyLetters,
} from './dead-letters/letters.ts';
export { type LetterPage, type LetterPageQuery, letterPage } from './dead-letters/page.ts';
export { type Redriven, type Route, redriveLetters } from './dead-letters/redrive.ts';
export { Arrivals, type ArrivalsOptions } from './runtime/arrivals.ts';
export type { Codec, Codecs } from './runtime/codec.ts';
export { deadLetter } from './runtime/dead-letter.ts';
export type { FailureLimitOptions } from './runtime/failure-limit.ts';
export { type GroupWatermarkOptions, groupWatermark } from './runtime/group-watermark.ts';
export type { ProcessorHooks, RestoreProgress } from './runtime/hooks.ts';
export { ProcessorFault, type ProcessorFaultCode } from './runtime/processor-fault.ts';
export { type ProcessorOptions, processorGroup, runProcessor } from './runtime/run-processor.ts';
export { ProcessorStatus, type TaskPhase } from './runtime/status.ts';
export type { Upstream } from './runtime/timer-gate.ts';
export { StepWatch, type StepWatchOptions } from './step-watch/index.ts';
