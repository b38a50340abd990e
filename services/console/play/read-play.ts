/** Asking the cloud for play addresses: so many at a time and a second, each within its time; nothing of an answer is kept. */
import type { CallLimiter, FaultAnswer, PlayInfo } from '../../../connectors/vod/index.ts';
import { Abandoned } from '../../../platform/abandoned.ts';
import type { Clock } from '../../../platform/host/index.ts';
import { Semaphore } from '../../../platform/semaphore.ts';

export type PlayAnswer =
  | { readonly kind: 'info'; readonly info: PlayInfo }
  | { readonly kind: 'fault'; readonly fault: FaultAnswer }
  /** As many are being answered as may be. */
  | { readonly kind: 'busy' }
  /** Nothing came within the time. */
  | { readonly kind: 'silent' };

/** Rejects for a defect alone. `region` null: the home region. */
export type ReadPlay = (request: { readonly videoId: string; readonly region: string | null }) => Promise<PlayAnswer>;

export type ReadPlayOptions = {
  /** GetPlayInfo of the region's cloud. */
  readonly getPlayInfo: (request: { readonly videoId: string; readonly region: string | null }) => Promise<PlayInfo>;
  /** Shared by all regions: the rate is the account's. */
  readonly limiter: CallLimiter;
  readonly clock: Pick<Clock, 'sleep'>;
  /** How long one who asks waits. Default 8 s: players and proxies wait not much longer. */
  readonly deadlineMs?: number;
  /** How many may ask at once, those who wait for their turn included. Default 32. */
  readonly places?: number;
};

export function playReader(options: ReadPlayOptions): ReadPlay {
  const { getPlayInfo, limiter, clock, deadlineMs = 8_000 } = options;
  const places = new Semaphore(options.places ?? 32);

  async function ask(request: Parameters<ReadPlay>[0], signal: AbortSignal): Promise<PlayAnswer> {
    try {
      return await limiter.call(signal, async () => ({ kind: 'info' as const, info: await getPlayInfo(request) }));
    } catch (error) {
      if (error instanceof Abandoned) return { kind: 'silent' };
      throw error;
    }
  }

  return async (request) => {
    const leave = places.tryEnter();
    if (leave === null) return { kind: 'busy' };
    const over = new AbortController();
    // A call that goes on after its time keeps its place until it has ended.
    const asked = ask(request, over.signal).finally(leave);
    const late = clock.sleep(deadlineMs, over.signal).then(() => ({ kind: 'silent' }) as const);
    try {
      return await Promise.race([asked, late]);
    } finally {
      over.abort();
      asked.catch(() => undefined);
    }
  };
}
