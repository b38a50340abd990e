/** What the cloud was told to record (`recording.configs[]`), as far as sessions go by it. */
import type { StreamRef } from '../../schemas/generated/VideoState.ts';

export type Recorded = {
  /** `recording.configs[2]`. */
  readonly path: string;
  readonly domain: string;
  /** A name, or `*` for all apps of the domain. */
  readonly app: string;
  /** A name, or `*` for all streams of the app. */
  readonly stream: string;
  readonly cycleSeconds: number;
  readonly disconnectDelaySeconds: number;
  /** The cloud composes the cycles of a session. */
  readonly composes: boolean;
  /** Containers that every cycle is recorded to; empty where the cloud's default holds. */
  readonly formats: readonly string[];
};

/** The configuration that the cloud follows for a stream: of several the most precise (cloud facts 4.1), the app first. */
export function recordedFor(stream: StreamRef, recorded: readonly Recorded[]): Recorded | undefined {
  let best: Recorded | undefined;
  for (const one of recorded) {
    const covers =
      one.domain === stream.domainName &&
      (one.app === '*' || one.app === stream.appName) &&
      (one.stream === '*' || one.stream === stream.streamName);
    if (covers && (best === undefined || isMorePrecise(one, best))) best = one;
  }
  return best;
}

function isMorePrecise(one: Recorded, other: Recorded): boolean {
  const oneNames = (part: 'app' | 'stream') => one[part] !== '*' && other[part] === '*';
  return oneNames('app') || (oneNames('stream') && one.app === other.app);
}
