import { type Clock, killOwnProcess, loseThread, systemClock } from '../../platform/host/index.ts';
import { InOrder, type Place } from '../../platform/in-order.ts';
import { KafkaFault, kafkaFault } from './fault.ts';

/**
 * `work` changes something (a transaction, a poll, a seek, closing): past its deadline its client can't be used any more.
 * A `question` only reads and may be repeated: without a broker librdkafka keeps one up to a minute beyond its time-out.
 */
export type CallKind = 'work' | 'question';

/** What a call may take beyond its own time-out. */
const marginMs = 5_000;
/** A question that hasn't returned so long after its deadline never will. librdkafka's own limit is 60 s. */
const patienceMs = 65_000;
/** Each hung call blocks one of libuv's threads for good. */
const mostHung = 2;

type Call = {
  readonly doing: string;
  readonly kind: CallKind;
  /** Ticks until its caller gets a fault. */
  callerTicks: number;
  /** Ticks until it counts as hung. */
  hungTicks: number;
  readonly giveUp: (fault: KafkaFault) => void;
};

/**
 * A deadline of our own for every call of the native client: some never return, whatever their time-out
 * (confluentinc/librdkafka#5456, #5511). The caller goes on; the thread stays lost. After the second lost thread the process
 * is ended, since nothing in it can get them back.
 *
 * Time is counted in ticks of this process's event loop: while the process itself stood still (stopped, or busy with
 * something long) the answer may have come and only not been read yet.
 */
export class NativeCalls {
  readonly #clock: Clock;
  readonly #end: (why: string) => void;
  readonly #onHung: () => void;
  readonly #pending = new InOrder<Call>();
  readonly #hung = new Set<Call>();
  #hungEver = 0;
  #stopTicking: (() => void) | null = null;

  constructor(clock: Clock, end: (why: string) => void, onHung: () => void = () => {}) {
    this.#clock = clock;
    this.#end = end;
    this.#onHung = onHung;
  }

  /** Threads that are blocked by a call which won't return. */
  get hung(): number {
    return this.#hung.size;
  }

  /** How often a call was found to hang, those that came back after all included. */
  get hungEver(): number {
    return this.#hungEver;
  }

  /**
   * The result of the native callback. Rejects with a `KafkaFault`: the client's error, or, past `timeoutMs` and a margin,
   * `KAFKA_CALL_HUNG` (fatal) for work and `KAFKA_NO_ANSWER` (retryable) for a question. `onReturn` is called when the
   * native side is done with it, however late.
   */
  call<T>(
    doing: string,
    timeoutMs: number,
    kind: CallKind,
    call: (done: (error: unknown, value?: T) => void) => unknown,
    onReturn: () => unknown = () => {},
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const callerTicks = Math.ceil((timeoutMs + marginMs) / tickMs) + 1;
      const hungTicks = kind === 'work' ? callerTicks : callerTicks + Math.ceil(patienceMs / tickMs);
      const watched: Call = { doing, kind, callerTicks, hungTicks, giveUp: reject };
      const place = this.#pending.add(watched);
      this.#stopTicking ??= this.#clock.every(tickMs, () => this.#tick());
      const returned = () => {
        this.#pending.take(place);
        this.#hung.delete(watched);
        onReturn();
      };
      try {
        call((error, value) => {
          returned();
          if (error) reject(kafkaFault(doing, error));
          else resolve(value as T);
        });
      } catch (error) {
        returned();
        reject(kafkaFault(doing, error));
      }
    });
  }

  #tick(): void {
    for (const place of this.#pending.places()) {
      const call = place.item;
      // Taken by what came of one before it.
      if (call === null) continue;
      call.callerTicks -= 1;
      call.hungTicks -= 1;
      if (call.callerTicks === 0) call.giveUp(overdue(call));
      if (call.hungTicks <= 0) this.#hangs(place, call);
    }
    if (this.#pending.first !== null) return;
    this.#stopTicking?.();
    this.#stopTicking = null;
  }

  #hangs(place: Place<Call>, call: Call): void {
    this.#pending.take(place);
    this.#hung.add(call);
    this.#hungEver += 1;
    this.#onHung();
    if (this.#hung.size !== mostHung) return;
    const doing = [...this.#hung].map((one) => one.doing).join('; ');
    this.#end(`${this.#hung.size} calls of the Kafka client hang (${doing})`);
  }
}

const tickMs = 1_000;

function overdue({ doing, kind }: Call): KafkaFault {
  return kind === 'work'
    ? new KafkaFault(`cannot ${doing}: the Kafka client does not return from the call`, {
        code: 'KAFKA_CALL_HUNG',
        fatal: true,
      })
    : new KafkaFault(`cannot ${doing}: no answer within its time`, { code: 'KAFKA_NO_ANSWER', retryable: true });
}

/** Of this process: threads are lost to the process, whichever client called. */
export const nativeCalls = new NativeCalls(systemClock, killOwnProcess, loseThread);

/** Threads of this process that are blocked by calls of the Kafka client which won't return. */
export const hungCalls = (): number => nativeCalls.hung;
