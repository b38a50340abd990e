import { type Fault, isDenied } from './faults.ts';
import type { Clock } from './host/index.ts';

/** How long a question may take. */
export const probeTimeoutMs = 5_000;
/** After so long without a sign of life a question is asked; while there is none, as often. */
const silenceMs = 3_000;

/**
 * Whether a system answers one who has nothing to do with it at the moment. Where nothing is written, nothing shows that a
 * broker is gone: a poll gives no records then as before. So a question is asked, one at a time and beside the loop that
 * works: a broker that vanishes or freezes is noticed within `silenceMs` and `probeTimeoutMs`.
 */
export class Reachability {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  #heardAtMs = Number.NEGATIVE_INFINITY;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #asking = false;
  #away = false;
  #refusal: Fault | null = null;

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  get away(): boolean {
    return this.#away;
  }

  /** What an answer said that no waiting changes; null while none did. */
  get refusal(): Fault | null {
    return this.#refusal;
  }

  /** It has answered. */
  heard(): void {
    this.#away = false;
    this.#heardAtMs = this.#clock.monotonicMs();
  }

  failed(): void {
    this.#away = true;
  }

  /** To be called often; `ask` puts a question to it and takes no longer than `probeTimeoutMs`. */
  look(ask: () => Promise<unknown>): void {
    const nowMs = this.#clock.monotonicMs();
    if (this.#asking || nowMs - Math.max(this.#heardAtMs, this.#askedAtMs) < silenceMs) return;
    this.#asking = true;
    this.#askedAtMs = nowMs;
    ask()
      .then(
        () => this.heard(),
        (error: unknown) => {
          this.failed();
          if (isDenied(error)) this.#refusal = error;
        },
      )
      .finally(() => {
        this.#asking = false;
      });
  }
}
