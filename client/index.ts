/** For services downstream: follow the state of videos and sessions, over Kafka or over the console's HTTP. */
export { RegistryFault } from '../connectors/avro/index.ts';
export { type FollowEventsOptions, followEvents } from './follow-events.ts';
export { type FollowKafkaOptions, followKafka } from './follow-kafka.ts';
export { quietKafkajs } from './quiet-kafkajs.ts';
export {
  type FollowEvent,
  FollowFault,
  type SessionState,
  type States,
  type StateTopic,
  type VideoState,
} from './states.ts';
