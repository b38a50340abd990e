import type { Clock } from '../platform/host/index.ts';

/** `held-up`: restoring, behind a transaction that nobody ends. */
export type TaskPhase = 'restoring' | 'held-up' | 'ready';

/**
 * What probes ask. Live: the loop moved within some seconds. Ready: the member is in its group, Kafka answers, and every
 * assigned task is restored.
 */
export class ProcessorStatus {
  readonly #clock: Clock;
  readonly #tasks = new Map<number, TaskPhase>();
  #movedAtMs: number;
  #joined = false;
  #kafkaReachable = false;
  #awayAtMs: number;
  #heldTimers: { readonly ms: number; readonly waitsFor: string | null } = { ms: 0, waitsFor: null };

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#movedAtMs = clock.monotonicMs();
    this.#awayAtMs = this.#movedAtMs;
  }

  live(withinMs: number): boolean {
    return this.#clock.monotonicMs() - this.#movedAtMs <= withinMs;
  }

  get ready(): boolean {
    return this.#joined && this.#kafkaReachable && [...this.#tasks.values()].every((phase) => phase === 'ready');
  }

  /** For how long the oldest due timer has been held back, and what for; 0 where none is. */
  get heldTimers(): { readonly ms: number; readonly waitsFor: string | null } {
    return this.#heldTimers;
  }

  timersHeld(ms: number, waitsFor: string | null): void {
    this.#heldTimers = { ms, waitsFor };
  }

  /** Phase by partition. */
  get tasks(): ReadonlyMap<number, TaskPhase> {
    return this.#tasks;
  }

  get kafkaReachable(): boolean {
    return this.#kafkaReachable;
  }

  /** When Kafka was last away, by the monotonic clock: now while it is; at the start nothing is known of it. */
  get awayAtMs(): number {
    return this.#kafkaReachable ? this.#awayAtMs : this.#clock.monotonicMs();
  }

  moved(): void {
    this.#movedAtMs = this.#clock.monotonicMs();
  }

  reachable(yes: boolean): void {
    if (!yes || !this.#kafkaReachable) this.#awayAtMs = this.#clock.monotonicMs();
    this.#kafkaReachable = yes;
  }

  joined(): void {
    this.#joined = true;
  }

  task(partition: number, phase: TaskPhase | null): void {
    if (phase === null) this.#tasks.delete(partition);
    else this.#tasks.set(partition, phase);
  }
}
