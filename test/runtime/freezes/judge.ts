import { consoleConsume } from '../console-consumer.ts';

/**
 * What is wrong with the counts; empty where every record of the input was counted exactly once and in order. All of it
 * is read by Kafka's own console consumer, and what should be there is computed from the input alone.
 */
export async function judgeCounts(
  brokers: string,
  topics: { readonly input: string; readonly states: string; readonly copies: string },
): Promise<{ readonly records: number; readonly differences: readonly string[] }> {
  const input = await consoleConsume(brokers, topics.input);
  const states = await consoleConsume(brokers, topics.states);
  const copies = await consoleConsume(brokers, topics.copies);
  const differences: string[] = [];
  const numberOf = (value: string) => (JSON.parse(value) as { n: number }).n;

  const wanted = new Map<string, { count: number; sum: number; last: number }>();
  const times = new Map<number, number>();
  for (const { key, value } of input) {
    const n = numberOf(value);
    const before = wanted.get(key) ?? { count: 0, sum: 0, last: 0 };
    wanted.set(key, { count: before.count + 1, sum: before.sum + n, last: n });
    times.set(n, (times.get(n) ?? 0) + 1);
  }
  const last = new Map<string, string>();
  const counted = new Map<string, number>();
  for (const { key, value } of states) {
    const { count } = JSON.parse(value) as { count: number };
    if (count <= (counted.get(key) ?? 0)) differences.push(`${key}: count ${count} after ${counted.get(key)}`);
    counted.set(key, count);
    last.set(key, value);
  }
  for (const [key, want] of wanted) {
    if (last.get(key) !== JSON.stringify(want))
      differences.push(`${key}: ${last.get(key)}, not ${JSON.stringify(want)}`);
  }
  for (const { value } of copies) times.set(numberOf(value), (times.get(numberOf(value)) ?? 0) - 1);
  for (const [n, left] of times) if (left !== 0) differences.push(`${n}: ${left > 0 ? 'lost' : 'doubled'}`);
  return { records: input.length, differences };
}
