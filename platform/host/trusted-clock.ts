import type { Clock } from './clock.ts';

/** What another clock said, and when it was asked and had answered by our monotonic clock. */
export type ClockReading = { readonly theirMs: number; readonly askedAtMs: number; readonly answeredAtMs: number };

export type TrustedClockOptions = {
  /** Wall and monotonic clock of this host. */
  readonly clock: Pick<Clock, 'now' | 'monotonicMs'>;
  /** Milliseconds since the machine's start, sleep included. */
  readonly sinceBootMs: () => number;
};

type Instant = { readonly wallMs: number; readonly monotonicMs: number; readonly bootMs: number };

type Reference = {
  /** Their time less our monotonic one: what their clock says now can be told at any time. */
  readonly aheadMs: number;
  readonly atMs: number;
  /** On this very host, whose clock it shares. */
  readonly local: boolean;
};

/** A wall clock that moved by more than this against the time that has passed was set. */
const stepMs = 30_000;
/** Further off than this from what others say, a host is not fit for what goes by time. */
const offMs = 60_000;
/** An answer that took longer says too little. */
const slowMs = 5_000;
/** What an older reading says may have drifted. */
const freshMs = 15 * 60_000;
/** How long what was read of all clocks of this host may be compared with: asking for the time since its start reads a file. */
const anchorForMs = 1_000;
/** Other clocks are read to a second. */
const marginMs = 2_000;

/**
 * The wall clock, watched. Two things are told apart from a clock that is right: one that was *set* (a step, which
 * may have gone to the right time or away from it), and one that is *off* from what the clocks of others
 * say. A step counts as right once another host says so; until then time goes on as if there had been none.
 */
export class TrustedClock {
  readonly #o: TrustedClockOptions;
  #anchor: Instant;
  readonly #references = new Map<string, Reference>();
  #steppedAtMs: number | null = null;

  constructor(options: TrustedClockOptions) {
    this.#o = options;
    this.#anchor = this.#instant();
  }

  /** Epoch milliseconds: the wall clock, or what it would say without a step that isn't confirmed yet. */
  now(): number {
    const right = this.#rightAsBefore();
    if (right !== null) return right;
    const at = this.#instant();
    const { wallMs, monotonicMs, bootMs } = this.#anchor;
    const expectedMs = wallMs + (at.monotonicMs - monotonicMs);
    const slept = Math.abs(at.wallMs - (wallMs + (at.bootMs - bootMs))) <= stepMs;
    if (Math.abs(at.wallMs - expectedMs) <= stepMs || slept || this.#confirmed(at)) {
      this.#anchor = at;
      this.#steppedAtMs = null;
      return at.wallMs;
    }
    this.#steppedAtMs ??= at.monotonicMs;
    return expectedMs;
  }

  /**
   * The same, and never later than what the clocks of others say, with a margin: for what must not happen early. That
   * others are ahead changes nothing: to believe them could make it happen early.
   */
  notAhead(): number {
    const nowMs = this.now();
    const theirs = this.#theirNowMs();
    return theirs === null ? nowMs : Math.min(nowMs, theirs + marginMs);
  }

  /** Takes in what the clock of `source` said; `local` where that is this very host. */
  read(source: string, { theirMs, askedAtMs, answeredAtMs }: ClockReading, local: boolean): void {
    if (!Number.isFinite(theirMs) || answeredAtMs - askedAtMs > slowMs) return;
    this.#references.set(source, { aheadMs: theirMs - (askedAtMs + answeredAtMs) / 2, atMs: answeredAtMs, local });
    this.now();
  }

  /** How far this host's wall clock is ahead of the others', in milliseconds; null while no other is known. */
  get offsetMs(): number | null {
    const theirs = this.#theirNowMs();
    return theirs === null ? null : this.#o.clock.now() - theirs;
  }

  /** What is wrong with this host's clock, in words; null where nothing is known to be. */
  get trouble(): string | null {
    this.now();
    const nowMs = this.#o.clock.now();
    const monotonicMs = this.#o.clock.monotonicMs();
    const references = this.#usable(monotonicMs);
    const off = references.filter(([, { aheadMs }]) => Math.abs(nowMs - (aheadMs + monotonicMs)) > offMs);
    // Which of two is right can't be known; a person has to look.
    if (off.length > 0 && off.length * 2 >= references.length) {
      const offset = this.offsetMs ?? 0;
      const names = off.map(([name]) => name).join(', ');
      return `the right time: this host's clock is ${inWords(offset)} ${offset > 0 ? 'ahead of' : 'behind'} ${names}`;
    }
    if (this.#steppedAtMs === null) return null;
    const { wallMs, monotonicMs: since } = this.#anchor;
    const byMs = nowMs - (wallMs + monotonicMs - since);
    return `the right time: this host's clock was set ${byMs > 0 ? 'forward' : 'back'} by ${inWords(byMs)}, which no other host confirms; once it is right, start this role again`;
  }

  /** The wall clock where it has gone on as the monotonic one since just now, as it nearly always has; else null. */
  #rightAsBefore(): number | null {
    if (this.#steppedAtMs !== null) return null;
    const passedMs = this.#o.clock.monotonicMs() - this.#anchor.monotonicMs;
    if (passedMs >= anchorForMs) return null;
    const wallMs = this.#o.clock.now();
    return Math.abs(wallMs - (this.#anchor.wallMs + passedMs)) <= stepMs ? wallMs : null;
  }

  /** Since the step another host has said that the clock is right now. */
  #confirmed(at: Instant): boolean {
    const since = this.#steppedAtMs;
    if (since === null) return false;
    return [...this.#references.values()].some(
      ({ aheadMs, atMs, local }) => !local && atMs > since && Math.abs(aheadMs + at.monotonicMs - at.wallMs) <= stepMs,
    );
  }

  #theirNowMs(): number | null {
    const monotonicMs = this.#o.clock.monotonicMs();
    const ahead = this.#usable(monotonicMs)
      .map(([, reference]) => reference.aheadMs)
      .sort((a, b) => a - b);
    // Of an even number the earlier: nothing may happen early.
    const middle = ahead[Math.ceil(ahead.length / 2) - 1];
    return middle === undefined ? null : middle + monotonicMs;
  }

  /** What this host says of itself counts only where no other host says anything. */
  #usable(monotonicMs: number): [string, Reference][] {
    const fresh = [...this.#references].filter(([, { atMs }]) => monotonicMs - atMs <= freshMs);
    const others = fresh.filter(([, { local }]) => !local);
    return others.length > 0 ? others : fresh;
  }

  #instant(): Instant {
    const { clock, sinceBootMs } = this.#o;
    return { wallMs: clock.now(), monotonicMs: clock.monotonicMs(), bootMs: sinceBootMs() };
  }
}

function inWords(ms: number): string {
  const seconds = Math.abs(ms) / 1_000;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}
