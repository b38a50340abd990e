import {
  type Attributes,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type TextMapPropagator,
  type Tracer,
  trace,
} from '@opentelemetry/api';

type Headers = Readonly<Record<string, string>>;

/** The trace context among a record's headers: it travels on also where nothing is traced here. */
export function traceOf(headers: Headers): Headers | undefined {
  const traceparent = headers.traceparent;
  if (traceparent === undefined) return undefined;
  return headers.tracestate === undefined ? { traceparent } : { traceparent, tracestate: headers.tracestate };
}

/** What a span tells about the record that it works on, by OpenTelemetry's conventions for messaging. */
export function spanOf(record: {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
}): Attributes {
  return {
    'messaging.system': 'kafka',
    'messaging.destination.name': record.topic,
    'messaging.destination.partition.id': String(record.partition),
    'messaging.kafka.offset': record.offset,
    ...(record.key === null ? {} : { 'messaging.kafka.message.key': record.key }),
  };
}

/** A piece of work that is traced. One that is never ended was never exported: right for work that is done again. */
export type TracedWork = {
  /** W3C trace context for whatever this work causes: goes into the headers of its records. */
  readonly headers: Headers;
  end(error?: unknown): void;
};

/** Spans through the OpenTelemetry API; the context travels in record headers. Where tracing is off there is none of it. */
export type Tracing = {
  /** `from`: headers of what caused this work; without a trace context in them a new trace begins. */
  begin(name: string, kind: keyof typeof SpanKind, from: Headers, attributes: Attributes): TracedWork;
};

export function tracingOf(tracer: Tracer, propagator: TextMapPropagator<Headers>): Tracing {
  return {
    begin(name, kind, from, attributes) {
      const parent = propagator.extract(ROOT_CONTEXT, from, defaultTextMapGetter);
      const span = tracer.startSpan(name, { kind: SpanKind[kind], attributes }, parent);
      const headers: Record<string, string> = {};
      propagator.inject(trace.setSpan(parent, span), headers, defaultTextMapSetter);
      return {
        headers,
        end(error) {
          if (error !== undefined) {
            const message = error instanceof Error ? error.message : String(error);
            span.setStatus({ code: SpanStatusCode.ERROR, message });
          }
          span.end();
        },
      };
    },
  };
}

export type TracingOptions = {
  /** Base URL of an OTLP/HTTP collector. */
  readonly endpoint: string;
  /** The role. */
  readonly role: string;
  readonly instance: string;
  /** Part of the traces that begin here and are kept, 0 to 1. A trace that another service began keeps its decision. */
  readonly ratio: number;
};

/**
 * Tracing into a collector. What the collector doesn't take is dropped, never waited for. The exporter reads
 * `OTEL_EXPORTER_OTLP_HEADERS` itself.
 */
export async function startTracing(options: TracingOptions): Promise<Tracing & { close(): Promise<void> }> {
  // Loaded only where it is configured.
  const [{ BatchSpanProcessor, ParentBasedSampler, TracerProvider, TraceIdRatioBasedSampler }, otlp, resources, core] =
    await Promise.all([
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/core'),
    ]);
  const provider = new TracerProvider({
    resource: resources.resourceFromAttributes({
      'service.name': `live2vod-${options.role}`,
      'service.instance.id': options.instance,
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(options.ratio) }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: new otlp.OTLPTraceExporter({
          url: `${options.endpoint.replace(/\/$/, '')}/v1/traces`,
          timeoutMillis: 5_000,
        }),
      }),
    ],
  });
  return {
    ...tracingOf(provider.getTracer('live2vod'), new core.W3CTraceContextPropagator()),
    close: () => provider.shutdown(),
  };
}
