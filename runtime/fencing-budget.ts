import type { Clock } from '../platform/host/index.ts';
import { ProcessorFault } from './processor-fault.ts';

/**
 * How often this member may be fenced by another member of its name. Once in a while it fences itself: a join request
 * that was repeated over a cut connection counts as a newer member. Several times in a row mean that another live
 * process uses the same name.
 */
export class FencingBudget {
  readonly #clock: Clock;
  readonly #fencedAtMs: number[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How long to pause before joining again, milliseconds. Throws `INSTANCE_FENCED` at the fourth time within two minutes. */
  spend(cause: unknown): number {
    const nowMs = this.#clock.monotonicMs();
    this.#fencedAtMs.push(nowMs);
    const recent = this.#fencedAtMs.filter((atMs) => nowMs - atMs < 120_000).length;
    if (recent > 3) {
      throw new ProcessorFault(
        'INSTANCE_FENCED',
        'another live process joins the group under this instance name again and again: it runs with the same LIVE2VOD_INSTANCE. Set another LIVE2VOD_INSTANCE for one of them, or stop it',
        cause,
      );
    }
    return recent * 500;
  }
}
