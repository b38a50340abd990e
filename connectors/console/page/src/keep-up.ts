/** Reads something and keeps it up to date by its changes; whatever breaks, it is read anew. */
import { AnswerError, type Change, follow, type Query } from './api.ts';

const firstPauseMs = 1_000;
const longestPauseMs = 30_000;

export type KeepUpOptions = {
  /** Reads and shows, as long as `current` holds; gives what to follow and from where. */
  readonly read: (current: () => boolean) => Promise<{ readonly query: Query; readonly position: string | null }>;
  readonly onChange: (state: Change) => void;
  readonly onConnection: (up: boolean) => void;
  /** Told what asking again won't change: it isn't asked again then. */
  readonly onProblem: (error: unknown) => void;
};

export function keepUp({ read, onChange, onConnection, onProblem }: KeepUpOptions) {
  let round = 0;
  let pauseMs = firstPauseMs;
  let waiting = 0;
  let stopFollowing = () => {};

  const stop = () => {
    round += 1;
    clearTimeout(waiting);
    stopFollowing();
    stopFollowing = () => {};
  };

  /** With growing pauses, so that a console that always refuses isn't asked all the time. */
  const again = () => {
    stop();
    waiting = setTimeout(start, pauseMs);
    pauseMs = Math.min(longestPauseMs, pauseMs * 2);
  };

  const broken = () => {
    onConnection(false);
    again();
  };

  async function attempt(current: () => boolean): Promise<void> {
    try {
      const { query, position } = await read(current);
      if (!current()) return;
      stopFollowing = follow(query, position, {
        onChange,
        onLive: () => {
          pauseMs = firstPauseMs;
          onConnection(true);
        },
        onReset: again,
        onInterrupted: () => onConnection(false),
        onClosed: broken,
      });
    } catch (error) {
      if (!current()) return;
      if (passes(error)) broken();
      else onProblem(error);
    }
  }

  function start(): void {
    stop();
    const mine = round;
    void attempt(() => mine === round);
  }

  start();
  return { stop, again };
}

/** Whether the same question may be answered later. */
const passes = (error: unknown) =>
  !(error instanceof AnswerError) || error.status >= 500 || error.status === 408 || error.status === 429;
