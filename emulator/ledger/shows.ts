import type { Cloud } from '../cloud/cloud.ts';
import type { ShownTime, SubmittedProduction } from './journal.ts';

/**
 * When what is seen in a production was live. A file holds what was pushed, one push after the other, without the time in
 * which the stream was away; so a second of its pictures is a moment of one of the pushes.
 */
export function showsOf(
  clips: SubmittedProduction['clips'],
  { videos, sessions }: Pick<Cloud, 'videos' | 'sessions'>,
): ShownTime[] {
  const shown: ShownTime[] = [];
  for (const { videoId, inSeconds, outSeconds } of clips) {
    const plan = videos.get(videoId)?.plan;
    const session = sessions.get(plan?.sessionId ?? '');
    if (!plan?.recording || !session) continue;
    const { startTime: fileStart, endTime: fileEnd } = plan.recording;
    let pictureMs = 0;
    for (const push of session.pushes) {
      const startMs = Math.max(push.startMs, fileStart);
      const lengthMs = Math.min(push.endMs, fileEnd) - startMs;
      if (lengthMs <= 0) continue;
      const from = Math.max(0, inSeconds * 1000 - pictureMs);
      const to = Math.min(lengthMs, outSeconds * 1000 - pictureMs);
      pictureMs += lengthMs;
      if (to > from) add(shown, { sessionId: session.sessionId, startTime: startMs + from, endTime: startMs + to });
    }
  }
  return shown;
}

function add(shown: ShownTime[], next: ShownTime): void {
  const last = shown.at(-1);
  if (last?.sessionId === next.sessionId && last.endTime === next.startTime)
    shown[shown.length - 1] = { ...last, endTime: next.endTime };
  else shown.push(next);
}
