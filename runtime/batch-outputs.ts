import type { OutgoingRecord } from '../connectors/kafka/index.ts';
import type { Emission } from '../processors/topology.ts';
import type { TopicId } from '../schemas/topics.ts';
import type { TaskContext } from './task-context.ts';

/** An emission that isn't written yet. */
export type Output = {
  readonly emission: Emission;
  readonly headers: OutgoingRecord['headers'];
  /** Of a snapshot that may still be replaced there are none yet. */
  readonly bytes: Buffer | null;
};

/**
 * What the steps of a batch say out, in its order. Of snapshots of one key in a row only the last is written, and only
 * that one is encoded.
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

  /** Makes outputs of a step's emissions, which `add` then takes. @throws where one can't be written */
  made(emissions: readonly Emission[], trace: OutgoingRecord['headers']): readonly Output[] {
    return emissions.map((emission) => {
      const { codec } = this.#outputOf(emission);
      const isEncoded = emission.value !== null && (this.#encodeEach || emission.snapshot !== true);
      const bytes = isEncoded ? codec.encode(emission.value) : null;
      return { emission, headers: { ...trace, ...emission.headers }, bytes };
    });
  }

  /** @param from the key of the record whose step said it; null for a timer's, which replace nothing */
  add(outputs: readonly Output[], from: string | null): void {
    for (const output of outputs) {
      if (from !== null) this.#replace(output, from);
      this.#said.add(output);
    }
  }

  addRecord(record: OutgoingRecord): void {
    this.#said.add(record);
  }

  /** @throws where a snapshot can't be encoded */
  *records(): Generator<OutgoingRecord> {
    for (const one of this.#said) yield 'emission' in one ? this.#record(one) : one;
  }

  #replace(output: Output, from: string): void {
    const { topic, key, snapshot } = output.emission;
    const latest = this.#latest.get(topic) ?? new Map<string, Output>();
    this.#latest.set(topic, latest);
    const before = latest.get(from)?.emission;
    if (snapshot && before?.snapshot && before.key === key) this.#said.delete(latest.get(from) as Output);
    latest.set(from, output);
  }

  #record({ emission, headers, bytes }: Output): OutgoingRecord {
    const { topic, codec } = this.#outputOf(emission);
    const { key, value } = emission;
    return { topic, key, value: bytes ?? (value === null ? null : codec.encode(value)), ...(headers && { headers }) };
  }

  #outputOf({ topic }: Emission) {
    const output = this.#context.outputs.get(topic);
    if (!output) throw new Error(`${topic} is not an output of ${this.#context.topology.name}`);
    return output;
  }
}
