import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { type Tracing, tracingOf } from '../../../platform/telemetry/index.ts';

/** Tracing whose ended spans stay in memory, the first ended first. */
export function memoryTracing(): { readonly tracing: Tracing; readonly spans: () => ReadableSpan[] } {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  return {
    tracing: tracingOf(provider.getTracer('test'), new W3CTraceContextPropagator()),
    spans: () => exporter.getFinishedSpans(),
  };
}
