import type { Tracing } from '../../platform/telemetry/index.ts';
import type { Publisher } from './record.ts';

/** Begins a trace for every record: the span ends once the record is durable, its readers continue the trace. */
export function tracedPublisher(publisher: Publisher, tracing: Tracing, source: string): Publisher {
  return {
    publish(record) {
      const traced = tracing.begin(`${source} publish`, 'PRODUCER', record.headers, {
        'messaging.system': 'kafka',
        'messaging.destination.name': record.topic,
        ...(record.key === null ? {} : { 'messaging.kafka.message.key': record.key }),
      });
      return publisher.publish({ ...record, headers: { ...record.headers, ...traced.headers } }).then(
        () => traced.end(),
        (error: unknown) => {
          traced.end(error);
          throw error;
        },
      );
    },
  };
}
