import type { OutgoingRecord } from '../connectors/kafka/index.ts';
import type { Emission } from '../processors/topology.ts';
import type { TopicId } from '../schemas/topics.ts';
import type { TaskContext } from './task-context.ts';

/** An emission that isn't written yet. */
export type Output = Pick<Emission, 'topic' | 'key' | 'snapshot'> & {
  readonly headers: OutgoingRecord['headers'];
  /** The value encoded. */
  readonly bytes: Buffer | null;
  /** The value, where it isn't encoded yet; neither of the two where there is none. */
  readonly value: unknown;
};

/**
 * What the steps of a batch say out, in its order. Of snapshots of one key in a row only the last is written. The first of them is
 * encoded at once, since nearly always it is the only one, and of those that follow it only the last.
 */
export class BatchOutputs {
  readonly #context: Pick<TaskContext<unknown>, 'topology' | 'outputs'>;
  readonly #encodeEach: boolean;
  readonly #said = new Set<Output | OutgoingRecord>();
  /** The latest output of each input key, by topic. */
  readonly #latest = new Map<TopicId, Map<string, Output>>();

  constructor(context: Pick<TaskContext<unknown>, 'topology' | 'outputs'>, encodeEach: boolean) {
    this.#context = context;
    this.#encodeEach = encodeEach;
  }

  /**
   * Makes outputs of a step's emissions, which `add` then takes. @throws where one can't be written
   * @param from the key of the record whose step said it; null for a timer's, which replace nothing
   */
  made(emissions: readonly Emission[], trace: OutgoingRecord['headers'], from: string | null): readonly Output[] {
    return emissions.map((emission) => {
      const { topic, key, value, snapshot } = emission;
      const { codec } = this.#outputOf(topic);
      const isAtOnce = this.#encodeEach || this.#replacedBy(emission, from) === undefined;
      const bytes = value !== null && isAtOnce ? codec.encode(value) : null;
      const headers = { ...trace, ...emission.headers };
      return { topic, key, headers, bytes, value: bytes === null ? value : null, ...(snapshot && { snapshot }) };
    });
  }

  add(outputs: readonly Output[], from: string | null): void {
    for (const output of outputs) {
      const replaced = this.#replacedBy(output, from);
      if (replaced !== undefined) this.#said.delete(replaced);
      if (from !== null) this.#latestOf(output.topic).set(from, output);
      this.#said.add(output);
    }
  }

  addRecord(record: OutgoingRecord): void {
    this.#said.add(record);
  }

  /** @throws where a snapshot can't be encoded */
  *records(): Generator<OutgoingRecord> {
    for (const one of this.#said) yield 'bytes' in one ? this.#record(one) : one;
  }

  /** What was said before and needn't be written, since this says it anew. */
  #replacedBy({ topic, key, snapshot }: Pick<Emission, 'topic' | 'key' | 'snapshot'>, from: string | null) {
    if (!snapshot || from === null) return undefined;
    const before = this.#latest.get(topic)?.get(from);
    return before?.snapshot && before.key === key ? before : undefined;
  }

  #latestOf(topic: TopicId): Map<string, Output> {
    const latest = this.#latest.get(topic) ?? new Map<string, Output>();
    this.#latest.set(topic, latest);
    return latest;
  }

  #record({ topic, key, headers, bytes, value }: Output): OutgoingRecord {
    const output = this.#outputOf(topic);
    const encoded = bytes ?? (value === null ? null : output.codec.encode(value));
    return { topic: output.topic, key, value: encoded, ...(headers && { headers }) };
  }

  #outputOf(topic: TopicId) {
    const output = this.#context.outputs.get(topic);
    if (!output) throw new Error(`${topic} is not an output of ${this.#context.topology.name}`);
    return output;
  }
}
