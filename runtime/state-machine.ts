import { ProcessorFault } from './processor-fault.ts';

/** For each state the states that may follow it. */
export type Transitions<State extends string> = { readonly [from in State]: readonly State[] };

export type StateMachineOptions<State extends string> = {
  /** What the machine is the state of, for the error of an illegal transition, e.g. `task 3 of callbacks`. */
  readonly subject: string;
  readonly transitions: Transitions<State>;
  readonly initial: State;
  /** Called after every transition, and once for the initial state. */
  readonly onChange: (state: State) => void;
};

/** One state at a time, and only the transitions of its table. */
export class StateMachine<State extends string> {
  readonly #o: StateMachineOptions<State>;
  #state: State;

  constructor(options: StateMachineOptions<State>) {
    this.#o = options;
    this.#state = options.initial;
    options.onChange(options.initial);
  }

  get state(): State {
    return this.#state;
  }

  /**
   * Changes the state; the current state is no transition and changes nothing.
   * @throws ProcessorFault `DEFECT` where the table doesn't have this transition.
   */
  to(next: State): void {
    if (next === this.#state) return;
    const { subject, transitions, onChange } = this.#o;
    if (!transitions[this.#state].includes(next)) {
      throw new ProcessorFault(
        'DEFECT',
        `${subject} can't go from ${this.#state} to ${next}; allowed: ${transitions[this.#state].join(', ') || 'nothing'}. ` +
          'This is a defect of the runtime: please report it with the log before this line',
      );
    }
    this.#state = next;
    onChange(next);
  }
}
