import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { type MetricDefinition, type MetricName, metricCatalogue } from './catalogue.ts';

type NamesOf<K extends MetricDefinition['kind']> = {
  [N in MetricName]: (typeof metricCatalogue)[N]['kind'] extends K ? N : never;
}[MetricName];

/** Label values of a metric: exactly the labels that the catalogue names. */
export type LabelsOf<N extends MetricName> = Readonly<Record<(typeof metricCatalogue)[N]['labels'][number], string>>;

/**
 * The metrics of one process, by catalogue name. A metric is made the first time it is asked for; asking twice gives
 * the same one, so rooms needn't hand instances around.
 */
export type Metrics = {
  readonly registry: Registry;
  count<N extends NamesOf<'counter'>>(name: N, labels: LabelsOf<N>, by?: number): void;
  set<N extends NamesOf<'gauge'>>(name: N, labels: LabelsOf<N>, value: number): void;
  observe<N extends NamesOf<'histogram'>>(name: N, labels: LabelsOf<N>, value: number): void;
  /** Forgets one series of a gauge (a partition that was revoked, say). */
  forget<N extends NamesOf<'gauge'>>(name: N, labels: LabelsOf<N>): void;
};

/** Metrics that are kept in `registry`. */
export function metricsOf(registry: Registry): Metrics {
  function find<M>(name: MetricName, make: (definition: MetricDefinition) => M): M {
    return (registry.getSingleMetric(name) as M | undefined) ?? make(metricCatalogue[name]);
  }
  const base = (name: string, definition: MetricDefinition) => ({
    name,
    help: definition.help,
    labelNames: [...definition.labels],
    registers: [registry],
  });
  const gauge = (name: MetricName) => find(name, (definition) => new Gauge(base(name, definition)));
  return {
    registry,
    count: (name, labels, by = 1) => find(name, (definition) => new Counter(base(name, definition))).inc(labels, by),
    set: (name, labels, value) => gauge(name).set(labels, value),
    observe: (name, labels, value) =>
      find(
        name,
        (definition) => new Histogram({ ...base(name, definition), buckets: [...(definition.buckets ?? [])] }),
      ).observe(labels, value),
    forget: (name, labels) => gauge(name).remove(labels),
  };
}
