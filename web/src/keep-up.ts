/** Reads something and keeps it up to date by its changes, while its tab is seen; whatever breaks, it is read anew. */
import { AnswerError } from './api.ts';
import type { Change, Query } from './change.ts';
import { follow } from './follow.ts';

const firstPauseMs = 1_000;
const longestPauseMs = 30_000;

export type KeepUpOptions = {
  /** What to follow. */
  readonly query: Query;
  /** Reads and shows, as long as `current` holds; gives from where changes are to come. */
  readonly read: (current: () => boolean) => Promise<string | null>;
  /** Changes from before what was read may come too: an older revision of something is to be passed over. */
  readonly onChange: (state: Change) => void;
  readonly onConnection: (up: boolean) => void;
  /** Called with an error that asking again won't change: it isn't asked again then. */
  readonly onProblem: (error: unknown) => void;
};

export function keepUp({ query, read, onChange, onConnection, onProblem }: KeepUpOptions) {
  let round = 0;
  let pauseMs = firstPauseMs;
  let waiting = 0;
  let stopFollowing = () => {};

  const pause = () => {
    round += 1;
    clearTimeout(waiting);
    stopFollowing();
    stopFollowing = () => {};
  };

  /** With growing pauses, so that a console that always refuses isn't asked all the time. */
  const again = () => {
    pause();
    waiting = setTimeout(start, pauseMs);
    pauseMs = Math.min(longestPauseMs, pauseMs * 2);
  };

  const broken = () => {
    onConnection(false);
    again();
  };

  function start(): void {
    pause();
    if (document.visibilityState === 'hidden') return;
    const mine = round;
    stopFollowing = follow(query, {
      read: () => read(() => mine === round),
      onChange,
      onLive: () => {
        pauseMs = firstPauseMs;
        onConnection(true);
      },
      onReset: again,
      onInterrupted: () => onConnection(false),
      onClosed: broken,
      onUnread: (error) => (passes(error) ? broken() : onProblem(error)),
    });
  }

  // A hidden tab isn't kept up to date: it reads anew when it is shown again, also out of the browser's back-forward cache.
  const seen = () => (document.visibilityState === 'hidden' ? pause() : start());
  const back = (event: PageTransitionEvent) => event.persisted && start();
  document.addEventListener('visibilitychange', seen);
  addEventListener('pageshow', back);
  start();
  return {
    stop: () => {
      pause();
      document.removeEventListener('visibilitychange', seen);
      removeEventListener('pageshow', back);
    },
    again,
  };
}

/** Whether the same question may be answered later. */
const passes = (error: unknown) =>
  !(error instanceof AnswerError) || error.status >= 500 || error.status === 408 || error.status === 429;
