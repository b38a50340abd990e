import type { Command } from 'commander';
import type { Admin } from '../../connectors/kafka/index.ts';
import { counted } from '../../platform/counted.ts';
import { kafkaSettingsOf } from '../endpoints.ts';
import { readConfiguration } from '../environment.ts';
import { CommandFault, exitCode } from '../exit.ts';
import { applyTopics, planTopics, type TopicPlan } from '../topic-plan.ts';

export function addTopics(program: Command): void {
  const topics = program.command('topics').description('the topics at the broker, compared with their contracts');
  topics
    .command('diff')
    .description('say what `topics apply` would do')
    .action(() => withAdmin(async (admin, settings) => print(await planTopics(admin, settings), 'would be created')));
  topics
    .command('apply')
    .description('create the topics that are missing')
    .action(() => withAdmin(async (admin, settings) => print(await applyTopics(admin, settings), 'created')));
}

async function withAdmin(
  run: (admin: Admin, settings: ReturnType<typeof readConfiguration>['settings']) => Promise<void>,
): Promise<void> {
  const { settings } = readConfiguration();
  const kafka = await import('../../connectors/kafka/index.ts');
  const admin = await kafka.Admin.connect(kafkaSettingsOf(settings, 'topics'));
  try {
    await run(admin, settings);
  } finally {
    admin.close();
  }
}

function print(plan: TopicPlan, verb: string): void {
  for (const topic of plan.existing)
    console.log(`  ${topic.name}: ${counted(topic.partitions, 'partition')}, replication ${topic.replicationFactor}`);
  for (const topic of plan.create)
    console.log(
      `+ ${topic.name}: ${counted(topic.partitions, 'partition')}, ${topic.config?.['cleanup.policy']} (${verb})`,
    );
  for (const difference of plan.differences) console.log(`~ ${difference}`);
  if (plan.refused.length > 0) throw new CommandFault(plan.refused.join('\n'), exitCode.configuration);
}
