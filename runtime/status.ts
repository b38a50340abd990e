import type { Clock } from '../platform/host/index.ts';
import { isMember, type MembershipState } from './membership-state.ts';
import { type TaskState, takesPart } from './task-state.ts';

/**
 * What probes ask. Live: the loop advanced within some seconds. Ready: this process is a member of its group, Kafka
 * answers, and every task takes part in batches or is closing.
 */
export class ProcessorStatus {
  readonly #clock: Clock;
  readonly #tasks = new Map<number, TaskState>();
  #advancedAtMs: number;
  #kafkaReachable = false;
  #kafkaUnreachableAtMs: number;
  #heldTimers: { readonly ms: number; readonly waitsFor: string | null } = { ms: 0, waitsFor: null };
  membership: MembershipState = 'joining';

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#advancedAtMs = clock.monotonicMs();
    this.#kafkaUnreachableAtMs = this.#advancedAtMs;
  }

  live(withinMs: number): boolean {
    return this.#clock.monotonicMs() - this.#advancedAtMs <= withinMs;
  }

  get ready(): boolean {
    const tasksReady = [...this.#tasks.values()].every((state) => takesPart(state) || state === 'closing');
    return isMember(this.membership) && this.#kafkaReachable && tasksReady;
  }

  /** For how long the oldest due timer has been held back, and by what; 0 where none is. */
  get heldTimers(): { readonly ms: number; readonly waitsFor: string | null } {
    return this.#heldTimers;
  }

  timersHeld(ms: number, waitsFor: string | null): void {
    this.#heldTimers = { ms, waitsFor };
  }

  /** State by partition, of the tasks that aren't closed. */
  get tasks(): ReadonlyMap<number, TaskState> {
    return this.#tasks;
  }

  taskState(partition: number, state: TaskState): void {
    if (state === 'closed') this.#tasks.delete(partition);
    else this.#tasks.set(partition, state);
  }

  get kafkaReachable(): boolean {
    return this.#kafkaReachable;
  }

  set kafkaReachable(reachable: boolean) {
    if (!reachable || !this.#kafkaReachable) this.#kafkaUnreachableAtMs = this.#clock.monotonicMs();
    this.#kafkaReachable = reachable;
  }

  /** When Kafka was last unreachable, by the monotonic clock: now while it is. At the start it counts as unreachable. */
  get kafkaLastUnreachableMs(): number {
    return this.#kafkaReachable ? this.#kafkaUnreachableAtMs : this.#clock.monotonicMs();
  }

  /** The loop has done another round, or another attempt to connect. */
  loopAdvanced(): void {
    this.#advancedAtMs = this.#clock.monotonicMs();
  }
}
