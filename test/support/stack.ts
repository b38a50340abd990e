/** What every integration test gets by `inject('stack')`. */
export type TestStack = {
  /** Kafka bootstrap servers, `host:port`. */
  readonly brokers: string;
  /** Base of the registry's Confluent API, path included. */
  readonly registryUrl: string;
  /** Base of ClickHouse's HTTP interface; empty when the run has none. */
  readonly clickhouseUrl: string;
  /** A folder of the run's own, removed at its end. */
  readonly home: string;
};

declare module 'vitest' {
  export interface ProvidedContext {
    stack: TestStack;
  }
}
