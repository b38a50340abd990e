export {
  type Health,
  type MetricsSource,
  serveHealth,
  serveMetrics,
  startAdmin,
  type TelemetrySchemas,
} from './admin.ts';
export { type MetricDefinition, type MetricName, metricCatalogue } from './catalogue.ts';
export { guardHost, hostNameOf } from './host-guard.ts';
export { type LogDestination, logDestination } from './log-destination.ts';
export { createLogger, type Logger } from './logger.ts';
export { measureMemory } from './memory.ts';
export { type MetricsPage, mergedMetrics } from './merged-metrics.ts';
export { type LabelsOf, type Metrics, metricsOf } from './metrics.ts';
export {
  spanOf,
  startTracing,
  type TracedWork,
  type Tracing,
  type TracingOptions,
  traceOf,
  tracingOf,
} from './tracing.ts';
