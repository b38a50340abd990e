import { InOrder } from '../../platform/in-order.ts';
import { KafkaFault } from './fault.ts';
import { type CallKind, type NativeCalls, nativeCalls } from './native-calls.ts';

export type NativeCall<T> = (done: (error: unknown, value?: T) => void) => unknown;

/**
 * The native calls of one client. It must not be closed while a call is outstanding: the native side isn't guarded against
 * its own end, and would crash the process or wait for ever.
 */
export class ClientCalls {
  readonly #watch: NativeCalls;
  readonly #awaited = new InOrder<Promise<unknown>>();
  /** Outstanding calls by name, those whose caller has given up included. */
  readonly #out = new Map<string, number>();
  /** Questions whose answer is late. */
  readonly #late = new Set<string>();

  constructor(watch: NativeCalls = nativeCalls) {
    this.#watch = watch;
  }

  /** Awaits a call that changes something; its own time-out is `timeoutMs`. Rejects with a `KafkaFault` that says what was tried. */
  work<T>(doing: string, timeoutMs: number, call: NativeCall<T>): Promise<T> {
    return this.#begin('work', doing, doing, timeoutMs, call);
  }

  /**
   * The same for a question. It rejects at once while an earlier one of the same `name` is late: each outstanding call
   * occupies a thread.
   */
  ask<T>(name: string, doing: string, timeoutMs: number, call: NativeCall<T>): Promise<T> {
    if (!this.#late.has(name)) return this.#begin('question', name, doing, timeoutMs, call);
    const text = `cannot ${doing}: the question before it is not answered yet`;
    return Promise.reject(new KafkaFault(text, { code: 'KAFKA_NO_ANSWER', retryable: true }));
  }

  /** Resolves once every call has returned or was given up: true where all have returned. */
  async settled(): Promise<boolean> {
    while (this.#awaited.first !== null) await Promise.allSettled(this.#awaited.places().map(({ item }) => item));
    return this.#out.size === 0;
  }

  #begin<T>(kind: CallKind, name: string, doing: string, timeoutMs: number, call: NativeCall<T>): Promise<T> {
    this.#out.set(name, (this.#out.get(name) ?? 0) + 1);
    const result = this.#watch.call<T>(doing, timeoutMs, kind, call, () => {
      const left = (this.#out.get(name) ?? 1) - 1;
      if (left > 0) return this.#out.set(name, left);
      this.#late.delete(name);
      return this.#out.delete(name);
    });
    const settled = (error?: unknown) => {
      void this.#awaited.take(place);
      if (error instanceof KafkaFault && error.code === 'KAFKA_NO_ANSWER' && this.#out.has(name)) this.#late.add(name);
    };
    const place = this.#awaited.add(result);
    result.then(() => settled(), settled);
    return result;
  }
}
