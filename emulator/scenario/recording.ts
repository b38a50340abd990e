/** A stretch of time in which the stream was pushed, epoch milliseconds. */
export type Push = {
  readonly startMs: number;
  readonly endMs: number;
  /** Stopped by command: a re-push is another session, however soon it comes. */
  readonly stopped?: boolean;
};

/** One recorded file. */
export type Cut = {
  readonly startMs: number;
  readonly endMs: number;
  /** Seconds of pictures in the file: less than end - start where the stream was away for a moment. */
  readonly mediaSeconds: number;
  /** When the recorder closed the file. */
  readonly closedMs: number;
};

/** One live session: pushes whose gaps stay within the disconnect delay. */
export type RecordedSession = {
  readonly pushes: readonly Push[];
  readonly endedBy: 'time-out' | 'command';
  readonly startMs: number;
  readonly endMs: number;
  /** When Live took the stream for ended: after the disconnect delay, or at once by command. */
  readonly closedMs: number;
  readonly cuts: readonly Cut[];
};

export type RecorderSettings = {
  readonly cycleSeconds: number;
  readonly disconnectDelaySeconds: number;
  /** How the last push ended. Earlier sessions end by time-out, unless their last push was stopped. */
  readonly endedBy: 'time-out' | 'command';
};

/**
 * What the recorder makes of a push history (ascending, not overlapping).
 *
 * A re-push within the delay continues the same file; a longer silence or a command ends the session. A cycle is counted from the
 * file's first frame. Where it runs out while the stream is away, the file ends at the last frame, and the next file
 * begins with the re-push: that is how a session gets a gap between two segments.
 */
export function record(pushes: readonly Push[], settings: RecorderSettings): RecordedSession[] {
  const delayMs = settings.disconnectDelaySeconds * 1000;
  const groups: Push[][] = [];
  for (const push of pushes) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group && last && !last.stopped && push.startMs - last.endMs <= delayMs) group.push(push);
    else groups.push([push]);
  }
  return groups.flatMap((group, index) => {
    const byCommand = group.at(-1)?.stopped === true || (settings.endedBy === 'command' && index === groups.length - 1);
    return session(group, settings.cycleSeconds * 1000, byCommand ? 'command' : 'time-out', delayMs);
  });
}

function session(
  pushes: readonly Push[],
  cycleMs: number,
  endedBy: RecordedSession['endedBy'],
  delayMs: number,
): RecordedSession[] {
  const [first, last] = [pushes[0], pushes.at(-1)];
  if (!first || !last) return [];
  const closedMs = last.endMs + (endedBy === 'command' ? 0 : delayMs);
  const cuts: Cut[] = [];
  let startMs = first.startMs;
  while (startMs < last.endMs) {
    const boundary = startMs + cycleMs;
    const running = pushes.find((push) => push.startMs < boundary && boundary < push.endMs);
    const before = pushes.findLast((push) => push.endMs <= boundary && push.endMs > startMs);
    const endMs = running ? boundary : (before?.endMs ?? last.endMs);
    const mediaSeconds = pushed(pushes, startMs, endMs) / 1000;
    cuts.push({ startMs, endMs, mediaSeconds, closedMs: Math.min(boundary, closedMs) });
    startMs = running ? boundary : (pushes.find((push) => push.startMs >= boundary)?.startMs ?? last.endMs);
  }
  return [{ pushes, endedBy, startMs: first.startMs, endMs: last.endMs, closedMs, cuts }];
}

function pushed(pushes: readonly Push[], fromMs: number, toMs: number): number {
  return pushes.reduce(
    (sum, push) => sum + Math.max(0, Math.min(toMs, push.endMs) - Math.max(fromMs, push.startMs)),
    0,
  );
}
