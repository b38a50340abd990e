import { type Command, InvalidArgumentError } from 'commander';
import { systemPlatform } from '../../platform/host/index.ts';
import { readConfiguration } from '../environment.ts';
import { CommandFault, exitCode } from '../exit.ts';

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
        const { settings } = readConfiguration();
        if (settings.CONSOLE_TOKEN === undefined)
          throw new CommandFault('CONSOLE_TOKEN: the token of the console is needed', exitCode.configuration);
        const base = options.console ?? `http://127.0.0.1:${settings.CONSOLE_PORT}`;
        const response = await systemPlatform
          .fetch(`${base}/api/videos/${encodeURIComponent(videoId)}/transcode`, {
            method: 'POST',
            headers: { 'content-type': 'application/json', authorization: `Bearer ${settings.CONSOLE_TOKEN}` },
            body: JSON.stringify({
              templateGroupId: options.templateGroup,
              priority: options.priority,
              idempotencyKey: options.key,
            }),
          })
          .catch((error: unknown) => {
            throw new CommandFault(
              `the console at ${base} doesn't answer: start it, or name it by --console`,
              exitCode.unavailable,
              error,
            );
          });
        const answer = (await response.json()) as { message?: string; idempotencyKey?: string };
        if (!response.ok)
          throw new CommandFault(answer.message ?? `the console answers ${response.status}`, exitCode.failed);
        console.log(`asked for: ${videoId} with ${options.templateGroup} (key ${answer.idempotencyKey})`);
      },
    );
}
