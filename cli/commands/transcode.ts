import { type Command, InvalidArgumentError } from 'commander';
import { askConsole } from '../console-request.ts';

function priorityOf(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 10) throw new InvalidArgumentError('1 to 10');
  return value;
}

export function addTranscode(program: Command): void {
  program
    .command('transcode')
    .description('approve: have a video transcoded now (through the console, CONSOLE_TOKEN)')
    .argument('<videoId>')
    .requiredOption('--template-group <id>', 'template group to transcode with')
    .option('--priority <n>', 'queue order at the cloud, 10 first', priorityOf)
    .option('--key <key>', 'idempotency key: asking again with it asks for the same job')
    .option('--console <url>', 'address of the console (default: the local one)')
    .action(
      async (
        videoId: string,
        options: { templateGroup: string; priority?: number; key?: string; console?: string },
      ) => {
        const answer = await askConsole<{ readonly idempotencyKey: string }>(
          `/api/videos/${encodeURIComponent(videoId)}/transcode`,
          {
            templateGroupId: options.templateGroup,
            priority: options.priority,
            idempotencyKey: options.key,
          },
          options.console,
        );
        console.log(`asked for: ${videoId} with ${options.templateGroup} (key ${answer.idempotencyKey})`);
      },
    );
}
