import { createHash } from 'node:crypto';
import type { StreamRef } from '../../schemas/generated/VideoState.ts';
import type { Clock } from '../clock.ts';
import type { Knobs } from '../knobs.ts';
import { seeded } from '../random.ts';
import { createLane } from './lane.ts';

export type LiveRecordEvent = 'record_started' | 'record_paused' | 'record_resumed';

/** What became of one of Live's own record callbacks. */
export type LiveNotice = {
  readonly stream: StreamRef;
  readonly event: LiveRecordEvent;
  /** When it happened, epoch ms. */
  readonly atMs: number;
  attempts: number;
  accepted: number;
};

export type LiveTarget = {
  /** As configured (AddLiveRecordNotifyConfig): its host name is signed. */
  readonly url: string;
  /** Null leaves the signature headers out. */
  readonly key: string | null;
};

export type LiveNotifier = {
  /** Tells it as soon as it happens, by the wall clock; what lies in the past isn't told. */
  tell(stream: StreamRef, event: LiveRecordEvent, atMs: number): void;
  readonly notices: readonly LiveNotice[];
  /** Copies to come or under way. */
  readonly pending: number;
  stop(): void;
};

/** The first request and five more (cloud facts 2.1.5). */
const mostAttempts = 6;

/**
 * Live's own record callbacks (cloud facts 4.11). Their bodies have no time, so they can only be sent when it happens:
 * a show that is played faster, or lies in the past, has none.
 */
export function createLiveNotifier(options: {
  readonly seed: number;
  readonly clock: Clock;
  readonly knobs: () => Knobs;
  readonly target: LiveTarget | null;
  /** Ends requests under way. */
  readonly signal: AbortSignal;
  /** Called whenever `pending` went down. */
  readonly onSettled: () => void;
}): LiveNotifier {
  const { seed, clock, knobs, target, signal } = options;
  const lane = createLane(clock, () => knobs().maxConcurrency);
  const notices: LiveNotice[] = [];
  let pending = 0;

  async function attempt(notice: LiveNotice, body: string, to: LiveTarget, number: number): Promise<void> {
    notice.attempts += 1;
    const timestamp = String(Math.floor(clock.now() / 1000));
    const headers = { 'content-type': 'application/json', ...signatureHeaders(to, timestamp) };
    const status = await clock.post(to.url, { body, headers, timeoutMs: knobs().answerTimeoutMs, signal });
    if (status !== 200 && number < mostAttempts) {
      lane.after(knobs().resendGapMs, () => attempt(notice, body, to, number + 1));
      return;
    }
    if (status === 200) notice.accepted += 1;
    pending -= 1;
    options.onSettled();
  }

  return {
    tell(stream, event, atMs) {
      const waitMs = atMs - clock.now();
      if (target === null || !knobs().liveCallbacks || waitMs < -1000) return;
      const { duplicateRate, dropRate } = knobs();
      const rng = seeded(seed, 'live', JSON.stringify(stream), event, atMs);
      const notice: LiveNotice = { stream, event, atMs, attempts: 0, accepted: 0 };
      notices.push(notice);
      if (rng.chance(dropRate)) return;
      const { domainName: domain, appName: app, streamName } = stream;
      const body = JSON.stringify({ domain, app, stream: streamName, event });
      const copies = rng.chance(duplicateRate) ? 2 : 1;
      pending += copies;
      for (let copy = 0; copy < copies; copy++)
        lane.after(Math.max(0, waitMs) + copy * knobs().resendGapMs, () => attempt(notice, body, target, 1));
    },
    notices,
    get pending() {
      return pending;
    },
    stop: lane.stop,
  };
}

/** ALI-LIVE-SIGNATURE: MD5 of host name, timestamp and key (cloud facts 2.1.5). */
function signatureHeaders({ url, key }: LiveTarget, timestamp: string): Record<string, string> {
  if (key === null) return {};
  const signature = createHash('md5')
    .update(`${new URL(url).hostname}|${timestamp}|${key}`)
    .digest('hex');
  return { 'ali-live-timestamp': timestamp, 'ali-live-signature': signature };
}
