import type { Admin, ConsumedRecord, Consumer } from '../connectors/kafka/index.ts';
import { nextTimerAtMs } from './changelog-record.ts';
import type { ProcessorHooks } from './hooks.ts';
import { ProcessorFault } from './processor-fault.ts';
import type { Restorer } from './restorer.ts';
import { type RuntimeClock, retryKafka } from './retry-kafka.ts';
import { type Changelog, whyRebuild } from './store/checkpoint.ts';
import { StateStore } from './store/state-store.ts';
import { StoreFault } from './store/store-fault.ts';
import { type ChangelogIdentity, Task } from './task.ts';
import type { TaskContext } from './task-context.ts';

export type OpenTaskOptions<S> = {
  readonly context: TaskContext<S>;
  readonly partition: number;
  readonly folder: string;
  readonly consumer: Consumer;
  readonly admin: Admin;
  readonly restorer: Restorer;
  readonly changelog: ChangelogIdentity;
  readonly tombstoneRetentionMs: number | (() => Promise<number>);
  /** See `RestoreJob.hangingAfterMs`. */
  readonly hangingAfterMs: number;
  /** The state of the task while it opens. */
  readonly onState: (state: 'restoring' | 'blocked') => void;
  readonly clock: RuntimeClock;
  readonly hooks: ProcessorHooks;
  /** Why the store has to be rebuilt, where that is known already. */
  readonly rebuild: string | null;
  /** Aborted when the task closes meanwhile. */
  readonly signal: AbortSignal;
};

/**
 * Brings a partition's store up to date. The order is the guarantee:
 * 1. the position: the group's committed offset, read stable (a predecessor's pending transaction has ended by then);
 * 2. the end of the changelog, seen after that, open transactions included: every state that belongs to input before the
 *    position lies below it;
 * 3. read_committed from the store's checkpoint to that end. Where a dead predecessor's open transaction hides a part of
 *    it, the reader waits until the broker has aborted that.
 */
export async function openTask<S>(o: OpenTaskOptions<S>): Promise<Task<S>> {
  const retry = {
    clock: o.clock,
    signal: o.signal,
    onRetry: (fault: unknown) => o.hooks.onFault?.(fault, { kind: 'retry' }),
  };
  const position = await retryKafka(() => readPosition(o), retry);
  const changelog = await retryKafka(() => readChangelog(o), retry);
  const { store, from, checkpointedAtMs } = await openStore(o, changelog);
  try {
    let coveredTo = from;
    if (from < changelog.end) {
      const put = (records: readonly ConsumedRecord[], covered: number) =>
        store.write(records.map(storeWrite), { ...o.changelog, offset: covered, wallTimeMs: o.clock.now() });
      coveredTo = await o.restorer.restore({
        partition: o.partition,
        from,
        end: changelog.end,
        put,
        onProgress: (progress) => {
          o.onState('restoring');
          o.hooks.onRestore?.(o.partition, progress);
        },
        hangingAfterMs: o.hangingAfterMs,
        onHangingTransaction: (offset, seconds) => {
          o.onState('blocked');
          o.hooks.onHangingTransaction?.({ topic: o.context.changelogTopic, partition: o.partition, offset }, seconds);
        },
        signal: o.signal,
      });
    }
    o.signal.throwIfAborted();
    return await Task.start({
      partition: o.partition,
      context: o.context,
      store,
      changelog: o.changelog,
      position,
      checkpointedAtMs: coveredTo > from ? o.clock.now() : checkpointedAtMs,
    });
  } catch (error) {
    await store.close().catch(() => {});
    throw error;
  }
}

const storeWrite = (record: ConsumedRecord) => ({
  key: record.key ?? '',
  bytes: record.value,
  dueAtMs: record.value === null ? null : nextTimerAtMs(record.headers),
});

/** The committed offset, or the beginning for a new group. Input that retention deleted unprocessed is reported. */
async function readPosition<S>(o: OpenTaskOptions<S>): Promise<number> {
  const at = { topic: o.context.inputTopic, partition: o.partition };
  const [committed] = await o.consumer.committed([at], 5_000);
  const [beginning] = await o.admin.beginningOffsets([at]);
  const [end] = await o.admin.endOffsets([at], 'read_uncommitted');
  const first = beginning?.offset ?? 0;
  const offset = committed?.offset ?? null;
  if (offset === null) return first;
  if (end && offset > end.offset) {
    throw new ProcessorFault(
      'TOPIC_MISMATCH',
      `the group has committed offset ${offset} of ${at.topic}/${at.partition}, but the topic ends at ${end.offset}: it was ` +
        'made anew or has lost its tail. Reset the group and the state topics, or restore the topic',
    );
  }
  if (offset < first) {
    o.hooks.onLostRange?.({ ...at, from: offset, to: first });
    return first;
  }
  return offset;
}

async function readChangelog<S>(o: OpenTaskOptions<S>): Promise<Changelog> {
  const at = [{ topic: o.context.changelogTopic, partition: o.partition }];
  const [beginning] = await o.admin.beginningOffsets(at);
  const [end] = await o.admin.endOffsets(at, 'read_uncommitted');
  return {
    ...o.changelog,
    beginning: beginning?.offset ?? 0,
    end: end?.offset ?? 0,
    tombstoneRetentionMs:
      typeof o.tombstoneRetentionMs === 'number' ? o.tombstoneRetentionMs : await o.tombstoneRetentionMs(),
  };
}

async function openStore<S>(
  o: OpenTaskOptions<S>,
  changelog: Changelog,
): Promise<{ store: StateStore; from: number; checkpointedAtMs: number }> {
  let why = o.rebuild;
  if (why === null) {
    let store: StateStore | null = null;
    try {
      store = await StateStore.open(o.folder);
      const checkpoint = store.checkpoint();
      why = whyRebuild(checkpoint, changelog, o.clock.now());
      if (why === null && checkpoint !== null) {
        return { store, from: checkpoint.offset, checkpointedAtMs: checkpoint.wallTimeMs };
      }
      const empty = checkpoint === null && (await store.isEmpty());
      if (empty) return await startStore(o, store, changelog.beginning);
    } catch (error) {
      why = error instanceof StoreFault && error.code === 'STORE_CORRUPT' ? error.message : null;
      if (why === null) {
        await store?.close().catch(() => {});
        throw error;
      }
    }
    // Closed before it is discarded: it holds the folder's lock.
    await store?.close().catch(() => {});
  }
  o.hooks.onRebuild?.(o.partition, why ?? 'unknown');
  await StateStore.discard(o.folder);
  return await startStore(o, await StateStore.open(o.folder), changelog.beginning);
}

/** An empty store gets a checkpoint at once: whose it is, and that it holds nothing after the changelog's beginning. */
async function startStore<S>(o: OpenTaskOptions<S>, store: StateStore, from: number) {
  const checkpointedAtMs = o.clock.now();
  await store.write([], { ...o.changelog, offset: from, wallTimeMs: checkpointedAtMs });
  return { store, from, checkpointedAtMs };
}
