/**
 * Latency reports that were asked for lately. A report over a long time reads every video, so many open pages share one,
 * and none waits for what another asked a moment ago; the answer says how old it is.
 */
import { LRUCache } from 'lru-cache';
import type { LatencyFilter, LatencyRow } from '../../connectors/clickhouse/index.ts';
import type { Clock } from '../../platform/host/index.ts';

/** Reads the latency report; rejects when ClickHouse is away. */
export type ReadLatency = (filter: LatencyFilter) => Promise<{ readonly stages: LatencyRow[] }>;

/** A report, and when its figures were read, epoch milliseconds. */
export type DatedReport = { readonly asOf: number; readonly stages: LatencyRow[] };

/** Younger ones are given as they are. */
const freshMs = 4_000;
/** Up to this age one is given at once, while a new one is read for the next request. */
const usableMs = 60_000;
const mostKept = 100;

export function latencyCache(read: ReadLatency, clock: Clock): (filter: LatencyFilter) => Promise<DatedReport> {
  const kept = new LRUCache<string, DatedReport>({ max: mostKept });
  const reading = new Map<string, Promise<DatedReport>>();

  /** One at a time of each kind; a failure is told to those that wait for it and not kept. */
  function readAnew(key: string, filter: LatencyFilter): Promise<DatedReport> {
    const running = reading.get(key);
    if (running !== undefined) return running;
    const asOf = clock.now();
    const mine = read(filter)
      .then(({ stages }) => {
        const report = { asOf, stages };
        kept.set(key, report);
        return report;
      })
      .finally(() => reading.delete(key));
    reading.set(key, mine);
    return mine;
  }

  return async (filter) => {
    const key = JSON.stringify(Object.entries(filter).sort(([a], [b]) => (a < b ? -1 : 1)));
    const known = kept.get(key);
    const ageMs = known ? clock.now() - known.asOf : Number.POSITIVE_INFINITY;
    if (!known || ageMs < 0 || ageMs > usableMs) return readAnew(key, filter);
    // A failure shows at a later request: by then the known report is too old.
    if (ageMs > freshMs) void readAnew(key, filter).catch(() => undefined);
    return known;
  };
}
