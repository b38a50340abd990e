/** Compares the topics of the contracts with those of a cluster and creates what is missing. */

import type { Admin, TopicDescription, TopicSpec } from '../connectors/kafka/index.ts';
import { counted } from '../platform/counted.ts';
import type { Settings } from '../schemas/settings.ts';
import { topicSpec } from '../schemas/topic-spec.ts';
import { partitionedAlike, topicName, topics } from '../schemas/topics.ts';
import { CommandFault, exitCode } from './exit.ts';
import { readTopicConfigs, type TopicConfigs } from './topic-configs.ts';

export type TopicPlan = {
  readonly create: readonly TopicSpec[];
  readonly existing: readonly TopicDescription[];
  /** Where existing topics are configured otherwise than their contracts say, and it can be lived with. */
  readonly differences: readonly string[];
  /** Why the topics can't be used as they are or would be; nothing is changed then. */
  readonly refused: readonly string[];
};

export async function planTopics(
  admin: Pick<Admin, 'listTopics' | 'describe'>,
  settings: Settings,
): Promise<TopicPlan> {
  const wanted = Object.values(topics).map((contract) => topicSpec(contract, settings));
  const present = new Set(await admin.listTopics());
  const create = wanted.filter((spec) => !present.has(spec.name));
  const names = wanted.map((spec) => spec.name).filter((name) => present.has(name));
  const existing = names.length === 0 ? [] : await admin.describe(names);
  const partitions = new Map<string, number>([
    ...create.map((spec) => [spec.name, spec.partitions] as const),
    ...existing.map((topic) => [topic.name, topic.partitions] as const),
  ]);
  const refused = partitionedAlike.flatMap(([processor, input, changelog]) => {
    const [inputName, changelogName] = [
      topicName(settings.LIVE2VOD_TOPIC_PREFIX, input),
      topicName(settings.LIVE2VOD_TOPIC_PREFIX, changelog),
    ];
    const [a, b] = [partitions.get(inputName), partitions.get(changelogName)];
    if (a === b) return [];
    return [
      `${inputName} has ${counted(a ?? 0, 'partition')} and ${changelogName} ${b}: the ${processor} processor needs them equal. ` +
        `To migrate, choose a new LIVE2VOD_TOPIC_PREFIX and a new CLICKHOUSE_DATABASE (offsets begin anew), apply, and ` +
        `replay the callbacks into it (./live2vod replay)`,
    ];
  });
  const compared = names.length === 0 ? agreed : await compareConfigs(wanted, names, settings);
  return { create, existing, differences: compared.differences, refused: [...refused, ...compared.refused] };
}

type Compared = Pick<TopicPlan, 'differences' | 'refused'>;

const agreed: Compared = { differences: [], refused: [] };

async function compareConfigs(
  wanted: readonly TopicSpec[],
  present: readonly string[],
  settings: Settings,
): Promise<Compared> {
  const specs = wanted.filter(({ name }) => present.includes(name));
  const keys = [...new Set(specs.flatMap(({ config }) => Object.keys(config ?? {})))];
  let configs: TopicConfigs;
  try {
    configs = await readTopicConfigs(settings, present, keys);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ...agreed, differences: [`the configuration of the topics was not compared: ${why}`] };
  }
  const differences: string[] = [];
  const refused: string[] = [];
  for (const { name, config = {} } of specs) {
    for (const [key, value] of Object.entries(config)) {
      const actual = configs.get(name)?.get(key);
      if (actual === undefined || actual === value) continue;
      const difference = `${name} has ${key}=${actual} and should have ${value}`;
      if (key !== 'cleanup.policy') differences.push(difference);
      else
        refused.push(`${difference}: Kafka would drop records that are still needed. ${howToAlter(name, key, value)}`);
    }
  }
  return { differences, refused };
}

function howToAlter(topic: string, key: string, value: string): string {
  return `Change it: kafka-configs.sh --alter --entity-type topics --entity-name ${topic} --add-config ${key}=${value}`;
}

/** Creates what is missing; alters nothing that is there. Throws, having changed nothing, when the plan is refused. */
export async function applyTopics(admin: Admin, settings: Settings): Promise<TopicPlan> {
  const plan = await planTopics(admin, settings);
  if (plan.refused.length > 0) throw new CommandFault(plan.refused.join('\n'), exitCode.configuration);
  await admin.ensureTopics(plan.create);
  return plan;
}
