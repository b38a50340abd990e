/** What is played beside an evening of the four practices, and what the user has said about all of it. */
import { setTimeout as passed } from 'node:timers/promises';
import { demoPolicies } from '../../cli/demo/configuration.ts';
import { storyPolicies } from '../../cli/demo/story-policies.ts';
import type { Emulator, LedgerSession, StoryName } from '../../emulator/index.ts';
import type { PoliciesInput } from '../../schemas/policies.ts';

/** Composed by the cloud: that it begins tells that the show is over. */
const cloudStories: readonly StoryName[] = ['stop-and-re-push', 'film-failed', 'film-lost', 'two-containers'];
/** Composed by us, or by nobody without any policy: that time passes tells it. */
const timedStories: readonly StoryName[] = ['own-cut', 'own-cut-longer-cycle', 'own-cut-other-cycle', 'no-policy'];

const delayMs = 180_000;
const everyMs = 3_000;
/** A timed story takes 4 s, and its stragglers come up to 5 s later. */
const toldWithinMs = 9_000;
/** How long after that a show is over: longer than anybody may be away. */
const marginMs = 11_000;

/**
 * The evening takes hours of the cloud's time and seconds of ours, so that by our clock its shows were over long ago. Only
 * great patience keeps a show open there until something of its end is heard.
 */
const patienceSeconds = 43_200;

export function mixPolicies(): PoliciesInput {
  const patient = demoPolicies().map((rule) =>
    rule.composed?.compose === 'cloud'
      ? { ...rule, recording: { ...rule.recording, graceSeconds: patienceSeconds } }
      : rule,
  );
  return [...patient, ...storyPolicies(patienceSeconds)];
}

/**
 * Whether the end of a show can be known. Practices 1 and 2 are not patient: some of their shows end with a whole cycle,
 * and would never be over. And whoever hasn't said how long a cycle is hears of it from two recordings that meet.
 */
export function isFollowed({ practice, story }: LedgerSession): boolean {
  return practice === null ? story !== 'own-cut-other-cycle' : practice.startsWith('3');
}

/** An evening of `seconds`: shows of each practice and story that are over long before it is played. */
export function playEvening(emulator: Emulator, seconds: number): void {
  const compression = 12_000 / seconds;
  emulator.play({ shows: Math.ceil(seconds), compression });
  emulator.play({ stories: cloudStories, shows: Math.ceil(seconds / 10), compression });
}

/**
 * Shows that are over by our clock too: each is told under fire, within a few seconds, and the last moment at which its
 * stream could have come back lies ahead.
 *
 * @param awayMs how long the broker may be away
 */
export async function playTimed(
  emulator: Emulator,
  { seconds, awayMs, signal }: { readonly seconds: number; readonly awayMs: number; readonly signal: AbortSignal },
): Promise<void> {
  for (let atMs = 0; atMs < seconds * 1000 - everyMs && !signal.aborted; atMs += everyMs) {
    const overMs = Date.now() + toldWithinMs + marginMs + awayMs;
    emulator.play({ stories: timedStories, shows: 1, endsAtMs: overMs - delayMs });
    await passed(everyMs, undefined, { signal }).catch(() => undefined);
  }
}
