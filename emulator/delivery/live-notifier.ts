import { createHash } from 'node:crypto';
import type { StreamRef } from '../../schemas/generated/VideoState.ts';
import type { Clock } from '../clock.ts';
import type { Knobs } from '../knobs.ts';
import { seeded } from '../random.ts';
import type { RecordedFile } from '../scenario/recorded-files.ts';
import { createLane } from './lane.ts';
import type { RecordNotification, RecordNotifications } from './record-notifications.ts';

export type LiveRecordEvent = 'record_started' | 'record_paused' | 'record_resumed';

/** What became of one of Live's own record callbacks. */
export type LiveNotice = {
  readonly stream: StreamRef;
  readonly event: LiveRecordEvent | 'file';
  /** When it happened, epoch ms. */
  readonly atMs: number;
  attempts: number;
  accepted: number;
};

export type LiveNotifier = {
  /** Tells it as soon as it happens, by the wall clock; what lies in the past isn't told. */
  tell(stream: StreamRef, event: LiveRecordEvent | RecordedFile, atMs: number): void;
  /** What was due, in that order: not what the domain's configuration doesn't ask for. */
  readonly notices: readonly LiveNotice[];
  /** Copies to come or under way. */
  readonly pending: number;
  stop(): void;
};

/** The first request and five more (cloud facts 2.1.5). */
const mostAttempts = 6;

/**
 * Live's own record callbacks (cloud facts 4.11). Their bodies have no time, so they can only be sent when it happens:
 * a show that is played faster, or lies in the past, has none. Where they go is looked up for every attempt.
 */
export function createLiveNotifier(options: {
  readonly seed: number;
  readonly clock: Clock;
  readonly knobs: () => Knobs;
  readonly notifications: Pick<RecordNotifications, 'of'>;
  /** Ends requests under way. */
  readonly signal: AbortSignal;
  /** Called whenever `pending` went down. */
  readonly onSettled: () => void;
}): LiveNotifier {
  const { seed, clock, knobs, notifications, signal } = options;
  const lane = createLane(clock, () => knobs().maxConcurrency);
  const notices: LiveNotice[] = [];
  let pending = 0;
  const settle = () => {
    pending -= 1;
    options.onSettled();
  };

  /** Null where the domain has no address, or one for files alone. */
  function targetOf({ stream, event }: LiveNotice): RecordNotification | null {
    const found = notifications.of(stream.domainName);
    return event === 'file' || found?.needStatusNotify ? found : null;
  }

  async function attempt(notice: LiveNotice, body: string, number: number): Promise<void> {
    const to = targetOf(notice);
    if (to === null) return settle();
    notice.attempts += 1;
    const timestamp = String(Math.floor(clock.now() / 1000));
    const headers = { 'content-type': 'application/json', ...signatureHeaders(to, timestamp) };
    const status = await clock.post(to.notifyUrl, { body, headers, timeoutMs: knobs().answerTimeoutMs, signal });
    if (status !== 200 && number < mostAttempts) {
      lane.after(knobs().resendGapMs, () => attempt(notice, body, number + 1));
      return;
    }
    if (status === 200) notice.accepted += 1;
    settle();
  }

  async function due(notice: LiveNotice, file: RecordedFile | null): Promise<void> {
    if (targetOf(notice) === null) return settle();
    notices.push(notice);
    const { stream, event, atMs } = notice;
    const rng = seeded(seed, 'live', JSON.stringify(stream), event, atMs, ...(file === null ? [] : [file.uri]));
    const { duplicateRate, dropRate, resendGapMs } = knobs();
    if (rng.chance(dropRate)) return settle();
    const body = bodyOf(notice, file);
    if (rng.chance(duplicateRate)) {
      pending += 1;
      lane.after(resendGapMs, () => attempt(notice, body, 1));
    }
    await attempt(notice, body, 1);
  }

  return {
    tell(stream, what, atMs) {
      const waitMs = atMs - clock.now();
      if (!knobs().liveCallbacks || waitMs < -1000) return;
      const file = typeof what === 'string' ? null : what;
      const event = typeof what === 'string' ? what : 'file';
      pending += 1;
      lane.after(Math.max(0, waitMs), () => due({ stream, event, atMs, attempts: 0, accepted: 0 }, file));
    },
    notices,
    get pending() {
      return pending;
    },
    stop: lane.stop,
  };
}

/** A file has its times in Unix seconds, and no `event` (cloud facts 4.11). */
function bodyOf({ stream, event }: LiveNotice, file: RecordedFile | null): string {
  const { domainName: domain, appName: app, streamName } = stream;
  if (file === null) return JSON.stringify({ domain, app, stream: streamName, event });
  const { uri, durationSeconds: duration, startMs, endMs } = file;
  const [start_time, stop_time] = [Math.floor(startMs / 1000), Math.floor(endMs / 1000)];
  return JSON.stringify({ domain, app, stream: streamName, uri, duration, start_time, stop_time });
}

/** ALI-LIVE-SIGNATURE: MD5 of host name, timestamp and key (cloud facts 2.1.5). */
function signatureHeaders(to: RecordNotification, timestamp: string): Record<string, string> {
  if (!to.notifyReqAuth) return {};
  const signature = createHash('md5')
    .update(`${new URL(to.notifyUrl).hostname}|${timestamp}|${to.notifyAuthKey}`)
    .digest('hex');
  return { 'ali-live-timestamp': timestamp, 'ali-live-signature': signature };
}
