/** Which composed video belongs to which session: its callbacks name only the stream and a time. */
import type { Composition, StreamVideo } from '../../schemas/generated/StreamState.ts';
import { composeStartOf } from './facts.ts';
import type { Group } from './grouping.ts';
import { limits, type SessionRules } from './rules.ts';

export type Attached = { readonly video: StreamVideo; readonly ours: boolean };

export type Attribution = {
  /** Per session (same index as `groups`) its composed videos, by compose start. */
  readonly attached: readonly (readonly Attached[])[];
  /** What is left of `videos`: no composed video, or without a session as yet. */
  readonly loose: readonly StreamVideo[];
};

/**
 * Finds the session of each composed video among `videos`, which must be in the order of `addFact`.
 *
 * A video that we had produced goes to the session that covers the start of the one it was planned for. Any other
 * belongs to the newest session with end + delay ≤ compose start that has no composed video of that format yet (as
 * long as formats are unknown, no more than the session has record formats). A session stopped by command is composed
 * before end + delay: it comes first when the other would have been composed long before.
 * Composed videos without a session stay unattached until its segments are known.
 */
export function attribute(
  groups: readonly Group[],
  videos: readonly StreamVideo[],
  compositions: readonly Composition[],
  rules: SessionRules,
): Attribution {
  const attached: Attached[][] = groups.map(() => []);
  const loose: StreamVideo[] = [];
  for (const video of videos) {
    const startMs = composeStartOf(video);
    if (startMs === null) {
      loose.push(video);
      continue;
    }
    const ours = compositionOf(video, compositions);
    const index = ours
      ? groups.findLastIndex((group) => group.startMs <= ours.sessionStart && ours.sessionStart <= group.endMs)
      : sessionFor(video, startMs, groups, attached, rules);
    const session = attached[index];
    if (session) session.push({ video, ours: video.composeJob !== null });
    else loose.push(video);
  }
  return { attached, loose };
}

function sessionFor(
  video: StreamVideo,
  composeStartMs: number,
  groups: readonly Group[],
  attached: readonly (readonly Attached[])[],
  rules: SessionRules,
): number {
  let stoppedByCommand = -1;
  for (let index = groups.length - 1; index >= 0; index -= 1) {
    const group = groups[index];
    if (!group || group.endMs > composeStartMs + limits.jitterMs) continue;
    const waitedMs = composeStartMs + limits.jitterMs - (group.endMs + rules.disconnectDelayMs);
    if (waitedMs > limits.composeWithinMs) break;
    if (!hasRoom(video, group, attached[index] ?? [])) continue;
    if (waitedMs < 0) {
      if (stoppedByCommand < 0) stoppedByCommand = index;
    } else {
      return stoppedByCommand >= 0 && waitedMs > limits.composePromptMs ? stoppedByCommand : index;
    }
  }
  return stoppedByCommand;
}

function hasRoom(video: StreamVideo, group: Group, attached: readonly Attached[]): boolean {
  const others = attached.filter((other) => !other.ours);
  if (others.some((other) => other.video.format !== null && other.video.format === video.format)) return false;
  return others.length < group.tracks;
}

/** The ledger entry that the video is the product of; a redrive has another generation of the same token. */
export function compositionOf(video: StreamVideo, compositions: readonly Composition[]): Composition | undefined {
  const token = video.composeJob?.token;
  if (token === undefined) return undefined;
  const job = jobOf(token);
  return compositions.find((composition) => jobOf(composition.token) === job);
}

/** The token without its generation. */
export function jobOf(token: string): string {
  return token.slice(0, token.lastIndexOf('-'));
}
