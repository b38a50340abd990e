/** Lets one piece of work be done at a time, in the order in which they ask. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    const over = () => {};
    this.#last = turn.then(over, over);
    return turn;
  }
}
