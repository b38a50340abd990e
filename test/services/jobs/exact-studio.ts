import { CloudFault, type FaultKind, type VodCloud } from '../../../connectors/vod/index.ts';
import type { CrashPoint } from './crash-world.ts';

/**
 * VOD's editing in memory: produces whatever it is asked to, as often as it is asked to, and shows a product in the
 * search some seconds later. Faults are drawn from `random`; each is either before the work was done or after it.
 */
export type ExactStudio = {
  /** Titles in the order in which productions were started: what would be billed. */
  readonly produced: readonly string[];
  asSeenBy(crashPoint: CrashPoint): Pick<VodCloud, 'produceEditingProjectVideo' | 'searchMedia'>;
};

const longestIndexLagMs = 60_000;

export function exactStudio(random: () => number, nowMs: () => number, faultRate: number): ExactStudio {
  const produced: string[] = [];
  const visibleFromMs: number[] = [];

  function trouble(action: string, kinds: readonly FaultKind[]): void {
    if (random() >= faultRate) return;
    const kind = kinds[Math.floor(random() * kinds.length)] ?? 'retryable';
    throw new CloudFault({ kind, code: `Scripted.${kind}`, action, message: 'as scripted' });
  }

  return {
    produced,
    asSeenBy: (crashPoint) => ({
      async produceEditingProjectVideo({ title }) {
        await crashPoint();
        trouble('ProduceEditingProjectVideo', ['throttled', 'retryable', 'lagging', 'ambiguous']);
        const mediaId = `media-${produced.length}`;
        produced.push(title);
        visibleFromMs.push(nowMs() + random() * longestIndexLagMs);
        await crashPoint();
        trouble('ProduceEditingProjectVideo', ['ambiguous']);
        return { mediaId };
      },
      async searchMedia({ match }) {
        await crashPoint();
        trouble('SearchMedia', ['throttled', 'retryable']);
        const wanted = /^Title = '([^']+)'$/.exec(match)?.[1] ?? '';
        const media = produced.flatMap((title, n) =>
          title.includes(wanted) && (visibleFromMs[n] ?? 0) <= nowMs()
            ? [{ mediaId: `media-${n}`, title, status: null, createdAtMs: null }]
            : [],
        );
        return { total: media.length, media: media.reverse(), odd: [] };
      },
    }),
  };
}
