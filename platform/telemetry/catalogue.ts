/**
 * Every metric of live2vod, named in this one place (Prometheus conventions: base units, `_total` for counters).
 * docs/metrics.md is checked against it; dashboards and alert rules may name nothing else.
 */
export type MetricDefinition = {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram, in the metric's unit. */
  readonly buckets?: readonly number[];
};

const fast = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const slow = [1, 5, 15, 30, 60, 180, 300, 600, 1800, 3600, 7200, 14400];

export const metricCatalogue = {
  live2vod_ingress_requests_total: {
    kind: 'counter',
    help: 'Callback requests by route, answer and why.',
    labels: ['route', 'status', 'reason'],
  },
  live2vod_ingress_request_seconds: {
    kind: 'histogram',
    help: 'Request until answer.',
    labels: ['route'],
    buckets: fast,
  },
  live2vod_ingress_published_total: {
    kind: 'counter',
    help: 'Records made durable, by topic and where (kafka or spool).',
    labels: ['topic', 'via'],
  },
  live2vod_ingress_spool_bytes: { kind: 'gauge', help: 'Bytes waiting in the local spool.', labels: [] },
  live2vod_ingress_spool_records: { kind: 'gauge', help: 'Records waiting in the local spool.', labels: [] },
  live2vod_ingress_spool_limit_bytes: { kind: 'gauge', help: 'Size at which the spool is full.', labels: [] },
  live2vod_ingress_in_flight_bytes: {
    kind: 'gauge',
    help: 'Bytes handed to Kafka and not yet acknowledged.',
    labels: [],
  },
  live2vod_mns_messages_total: {
    kind: 'counter',
    help: 'Queue messages by queue and result.',
    labels: ['queue', 'result'],
  },
  live2vod_processor_records_total: {
    kind: 'counter',
    help: 'Input records by processor, event type and result.',
    labels: ['processor', 'type', 'result'],
  },
  live2vod_processor_out_of_order_seconds: {
    kind: 'histogram',
    help: 'How far behind the newest event of its key an event came.',
    labels: ['processor'],
    buckets: slow,
  },
  live2vod_processor_lag_records: {
    kind: 'gauge',
    help: 'Records not yet processed, by partition.',
    labels: ['processor', 'partition'],
  },
  live2vod_processor_transaction_seconds: {
    kind: 'histogram',
    help: 'First record of a batch until commit.',
    labels: ['processor'],
    buckets: fast,
  },
  live2vod_processor_transactions_total: {
    kind: 'counter',
    help: 'Transactions by result (committed, aborted).',
    labels: ['processor', 'result'],
  },
  live2vod_processor_restore_records_total: {
    kind: 'counter',
    help: 'Changelog records restored into stores.',
    labels: ['processor', 'partition'],
  },
  live2vod_processor_restore_remaining_records: {
    kind: 'gauge',
    help: 'Changelog records still to restore.',
    labels: ['processor', 'partition'],
  },
  live2vod_processor_restore_eta_seconds: {
    kind: 'gauge',
    help: 'Seconds until a store is restored, at the rate so far.',
    labels: ['processor', 'partition'],
  },
  live2vod_processor_store_bytes: {
    kind: 'gauge',
    help: 'Approximate size of a store on disk.',
    labels: ['processor', 'partition'],
  },
  live2vod_processor_timers_held_seconds: {
    kind: 'gauge',
    help: 'How long the oldest due timer has been waiting for input that may still come; 0 where none does.',
    labels: ['processor'],
  },
  live2vod_kafka_hung_calls: {
    kind: 'gauge',
    help: 'Calls of the Kafka client that never returned; the second one ends the process.',
    labels: [],
  },
  live2vod_processor_tasks: {
    kind: 'gauge',
    help: 'Tasks of assigned partitions by state (restoring, blocked, restored, working, paused, closing).',
    labels: ['processor', 'state'],
  },
  live2vod_processor_membership: {
    kind: 'gauge',
    help: 'Membership in the consumer group: 1 for its state (joining, joined, restoring, working, revoking, leaving, closed).',
    labels: ['processor', 'state'],
  },
  live2vod_processor_loop_timestamp_seconds: {
    kind: 'gauge',
    help: 'When the loop last advanced.',
    labels: ['processor'],
  },
  live2vod_processor_lost_records_total: {
    kind: 'counter',
    help: 'Input records that the broker deleted before they were read.',
    labels: ['processor', 'partition'],
  },
  live2vod_dead_letters_total: { kind: 'counter', help: 'Records sent to dead-letters.', labels: ['stage', 'reason'] },
  live2vod_jobs_total: { kind: 'counter', help: 'Jobs that ended, by kind and result.', labels: ['kind', 'result'] },
  live2vod_jobs_taken_total: { kind: 'counter', help: 'Commands taken from their topic, by kind.', labels: ['kind'] },
  live2vod_jobs_lag_records: {
    kind: 'gauge',
    help: 'Offsets between the last command taken and the end of its partition, markers of transactions included.',
    labels: ['topic', 'partition'],
  },
  live2vod_jobs_in_flight: { kind: 'gauge', help: 'Jobs being worked on.', labels: ['kind'] },
  live2vod_jobs_trigger_seconds: {
    kind: 'histogram',
    help: 'Planned until acknowledged by the cloud.',
    labels: ['kind'],
    buckets: slow,
  },
  live2vod_cloud_calls_total: {
    kind: 'counter',
    help: 'Calls of the cloud APIs by action and result.',
    labels: ['action', 'result'],
  },
  live2vod_cloud_odd_rows_total: {
    kind: 'counter',
    help: 'Rows of lists of the cloud that could not be read.',
    labels: ['action'],
  },
  live2vod_cloud_call_seconds: {
    kind: 'histogram',
    help: 'Duration of a call.',
    labels: ['action'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20],
  },
  live2vod_reconciler_findings_total: {
    kind: 'counter',
    help: 'Callbacks found missing and supplied, by type.',
    labels: ['type'],
  },
  live2vod_sink_rows_total: { kind: 'counter', help: 'Rows by table and result.', labels: ['table', 'result'] },
  live2vod_sink_insert_seconds: { kind: 'histogram', help: 'Duration of an insert.', labels: ['table'], buckets: fast },
  live2vod_sink_lag_records: { kind: 'gauge', help: 'Records not yet in ClickHouse.', labels: ['topic', 'partition'] },
  live2vod_sink_paused: { kind: 'gauge', help: '1 while ClickHouse is away and consumption pauses.', labels: [] },
  live2vod_stuck_videos: {
    kind: 'gauge',
    help: 'Unfinished videos of which nothing was heard for an hour, by what they wait for.',
    labels: ['waiting_for'],
  },
  live2vod_console_requests_total: {
    kind: 'counter',
    help: 'Console requests by route and status.',
    labels: ['route', 'status'],
  },
  live2vod_console_sse_clients: { kind: 'gauge', help: 'Connected event streams.', labels: [] },
  live2vod_console_follower_lag_records: {
    kind: 'gauge',
    help: 'State records not yet visible at the console.',
    labels: ['topic', 'partition'],
  },
  live2vod_console_unreadable_records_total: {
    kind: 'counter',
    help: 'State records that the console left out because no schema reads them.',
    labels: ['topic'],
  },
  live2vod_role_live: { kind: 'gauge', help: '1 while the role lives, as /healthz says it.', labels: [] },
  live2vod_role_ready: { kind: 'gauge', help: '1 while the role is ready, as it says of itself.', labels: [] },
  live2vod_process_private_memory_bytes: {
    kind: 'gauge',
    help: 'Private (anonymous) memory of the process; on Linux alone.',
    labels: [],
  },
  live2vod_role_private_memory_bytes: {
    kind: 'gauge',
    help: 'Private (anonymous) memory of all processes of the role together; on Linux alone.',
    labels: [],
  },
  live2vod_clock_offset_seconds: {
    kind: 'gauge',
    help: "How far this host's clock is ahead of what Kafka and the servers that the role speaks to say.",
    labels: [],
  },
  live2vod_clock_trouble: {
    kind: 'gauge',
    help: "1 while this host's clock is off, or was set and nobody confirms it.",
    labels: [],
  },
  live2vod_log_lines_lost_total: { kind: 'counter', help: 'Log lines that could not be written.', labels: [] },
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof metricCatalogue;
