/**
 * What the runtime does about a fault; given to `ProcessorHooks.onFault` when it begins.
 *
 * | kind | what is done |
 * |---|---|
 * | `retry` | the same call again |
 * | `wait-for-kafka` | connecting is tried again until Kafka answers |
 * | `seek-back` | the batch is dropped; after a pause its records are polled again |
 * | `abort-transaction` | its transaction was aborted; the batch is dropped and polled again |
 * | `replace-producer` | a new producer fences the old one; every task is reopened from store, changelog and group |
 * | `reopen-tasks`, `reopen-task` | tasks are closed and restored again |
 * | `rebuild-store` | the store is discarded and restored from the whole changelog |
 * | `pause-partition` | its next record waits for a second; the other partitions go on |
 * | `rejoin-group` | all clients are closed; the process joins as a new member |
 * | `postpone-checkpoint` | the next transaction asks for the changelog's end again |
 * | `skip-checkpoint` | the stop goes on; the next start restores a little more |
 * | `continue-closing` | the other resources are closed all the same |
 */
export type Recovery =
  | {
      readonly kind:
        | 'retry'
        | 'wait-for-kafka'
        | 'seek-back'
        | 'abort-transaction'
        | 'replace-producer'
        | 'reopen-tasks'
        | 'rejoin-group'
        | 'postpone-checkpoint'
        | 'skip-checkpoint'
        | 'continue-closing';
    }
  | { readonly kind: 'reopen-task' | 'pause-partition'; readonly partition: number }
  | { readonly kind: 'rebuild-store'; readonly folder: string };
