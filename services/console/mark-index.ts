/** Which marks have lists in the local store. They are few, and known without a look at it. */
import type { ClassicLevel } from 'classic-level';
import type { SessionState } from '../../schemas/generated/SessionState.ts';
import type { VideoState } from '../../schemas/generated/VideoState.ts';
import { type StateTopic, stateTopics } from './cursor.ts';
import { after, indexesPrefix, indexPrefix } from './keys.ts';
import { type MarkKind, markKinds, marksOf } from './marks.ts';

export class MarkIndex {
  /** By `indexesPrefix`. One that nothing has any more stays: its list is empty. */
  readonly #known = new Map<string, Set<string>>();

  clear(): void {
    this.#known.clear();
  }

  /** Looks for those in the store: one seek for each. */
  async find(db: ClassicLevel<string, Buffer>): Promise<void> {
    for (const topic of stateTopics)
      for (const kind of markKinds) {
        const all = indexesPrefix(topic, kind);
        const keys = db.keys({ gte: all, lt: after(all) });
        try {
          for (let key = await keys.next(); key !== undefined; key = await keys.next()) {
            const mark = key.slice(all.length, key.indexOf('!', all.length));
            this.#of(topic, kind).add(mark);
            keys.seek(after(indexPrefix(topic, kind, mark)));
          }
        } finally {
          await keys.close();
        }
      }
  }

  /** The prefixes of the lists by mark that a state is to stand in. */
  listsOf(topic: StateTopic, state: VideoState | SessionState): string[] {
    const marks = marksOf(state);
    return markKinds.flatMap((kind) =>
      [...marks[kind]].map((mark) => {
        this.#of(topic, kind).add(mark);
        return indexPrefix(topic, kind, mark);
      }),
    );
  }

  /** The prefixes of the lists of the marks that are wanted. */
  lists(
    topic: StateTopic,
    { kind, one }: { readonly kind: MarkKind; readonly one: (mark: string) => boolean },
  ): string[] {
    return [...this.#of(topic, kind)].filter(one).map((mark) => indexPrefix(topic, kind, mark));
  }

  #of(topic: StateTopic, kind: MarkKind): Set<string> {
    const key = indexesPrefix(topic, kind);
    const known = this.#known.get(key) ?? new Set();
    this.#known.set(key, known);
    return known;
  }
}
