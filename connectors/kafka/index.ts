export { Admin, type TopicDescription, type TopicSpec } from './admin.ts';
export { askBrokerTime, type BrokerTimeOptions, offsetsPartition } from './broker-time.ts';
export { Consumer, type ConsumerOptions, type Rebalance } from './consumer.ts';
export { compressionRemedy, missingCompressionTypes } from './consumer-fault.ts';
export {
  type DeadLetter,
  type LetterBounds,
  type LetterFilter,
  readLetters,
  TooManyLetters,
} from './dead-letters/letters.ts';
export { type LetterPage, type LetterPageQuery, letterPage } from './dead-letters/page.ts';
export { type Redriven, type Route, redriveLetters } from './dead-letters/redrive.ts';
export { deadLetter } from './dead-letters/write.ts';
export { hasCode, KafkaFault } from './fault.ts';
export { type GroupClient, GroupConsumer, type GroupConsumerOptions, groupMember } from './group-consumer.ts';
export { IdempotentProducer, type IdempotentProducerOptions } from './idempotent-producer.ts';
export { internalRecord, type RecordSender } from './internal-record.ts';
export { hungCalls } from './native-calls.ts';
export { Pulses, pulseStopsMs } from './pulses.ts';
export type { ConsumedRecord, OutgoingRecord, TopicPartition, TopicPartitionOffset } from './record.ts';
export { asBuffer, type RawText } from './record.ts';
export { type ScanRange, scanTopic } from './scan.ts';
export { defaultSessionTimeoutMs, defaultTransactionTimeoutMs, type KafkaSettings } from './settings.ts';
export { StallWatch } from './stall-watch.ts';
export {
  groupless,
  type OffsetRange,
  type Questions,
  type ReaderClient,
  TopicReader,
  type TopicReaderOptions,
} from './topic-reader.ts';
export { TransactionalProducer, type TransactionalProducerOptions } from './transactional-producer.ts';
