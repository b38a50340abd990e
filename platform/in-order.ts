/** Where a thing is in an `InOrder`; null where it has been taken out. */
export type Place<T> = { item: T | null; before: Place<T> | null; after: Place<T> | null };

/**
 * Things that come and go in about the order in which they came, such as requests in flight: added at the end, taken out from
 * anywhere.
 *
 * Not a Set: it has to be copied each time its room is used up, which with things that come and go is every few of them, and a
 * discarded copy still points to what it held and to the next copy. Once one copy is among V8's old objects, its collector of
 * young ones keeps all that follow, with every thing that was ever in them, until the next full collection.
 */
export class InOrder<T> {
  #first: Place<T> | null = null;
  #last: Place<T> | null = null;

  add(item: T): Place<T> {
    const place: Place<T> = { item, before: this.#last, after: null };
    if (this.#last === null) this.#first = place;
    else this.#last.after = place;
    this.#last = place;
    return place;
  }

  /** Of this list. Gives what was there; null where it has been taken already. */
  take(place: Place<T>): T | null {
    const { item, before, after } = place;
    if (item === null) return null;
    if (before === null) this.#first = after;
    else before.after = after;
    if (after === null) this.#last = before;
    else after.before = before;
    // What was taken out holds nothing any more, whoever still holds it.
    place.item = null;
    place.before = null;
    place.after = null;
    return item;
  }

  /** Of what is still there the one that came first. */
  get first(): Place<T> | null {
    return this.#first;
  }

  /** Of all that are there now, from the one that came first. */
  places(): Place<T>[] {
    const places: Place<T>[] = [];
    for (let place = this.#first; place !== null; place = place.after) places.push(place);
    return places;
  }
}
