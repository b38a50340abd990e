/** What the cloud was told to record (`recording.configs[]`), as far as sessions and transcodes go by it. */
import type { StreamRef } from '../../schemas/generated/VideoState.ts';

/**
 * What the cloud was told to make of a source (cloud facts 3.1.4, 3.1.6):
 * - `played`: nothing; it plays as it is.
 * - `stored`: nothing; whether it plays isn't known here.
 * - `transcoded`: what a template group says.
 * - a workflow: what that says, which the cloud runs by itself (cloud facts 4.12).
 */
export type Told = 'played' | 'stored' | 'transcoded' | { readonly workflowId: string };

/** A container that every cycle is recorded to, with what becomes of its files alone. */
export type ToldFormat = {
  /** `recording.configs[2].formats[0]`. */
  readonly path: string;
  /** m3u8, mp4 or flv: how the addresses of its files end. */
  readonly format: string;
  readonly segments: Told;
  /** Null where the cloud doesn't compose its cycles. */
  readonly composed: Told | null;
};

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
  /** With formats: of a file whose container isn't known (`alike`). */
  readonly segments: Told;
  /** Of the composed video; null where the cloud doesn't compose. Likewise. */
  readonly composed: Told | null;
  /** Empty where nothing is said for containers apart. */
  readonly formats: readonly ToldFormat[];
};

/**
 * What becomes of a file of any of these formats: the same where they all say the same. Where they differ it is supposed to be
 * transcoded, so that nothing counts as done that the cloud may still work on.
 */
export function alike(told: readonly Told[]): Told {
  const [first = 'transcoded'] = told;
  return told.every((one) => sameTold(one, first)) ? first : 'transcoded';
}

function sameTold(one: Told, other: Told): boolean {
  if (typeof one === 'string' || typeof other === 'string') return one === other;
  return one.workflowId === other.workflowId;
}

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
