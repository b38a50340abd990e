/** What the cloud was told to record (`recording.configs[]`), as far as sessions and transcodes go by it. */
import type { StreamRef } from '../../schemas/generated/VideoState.ts';

/**
 * What the cloud was told to make of a source (cloud facts 3.1.4, 3.1.6):
 * - `played`: nothing; it plays as it is.
 * - `stored`: nothing; whether it plays isn't known here.
 * - `transcoded`: what a template group says.
 */
export type Told = 'played' | 'stored' | 'transcoded';

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
  readonly segments: Told;
  /** Of the composed video; null where the cloud doesn't compose. */
  readonly composed: Told | null;
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
