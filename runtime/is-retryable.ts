/** Whether an error asks to be tried again later: Kafka, or the registry, is away or busy. */
export const isRetryable = (error: unknown): error is Error =>
  error instanceof Error && 'retryable' in error && error.retryable === true;
