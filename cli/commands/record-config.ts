import type { Command } from 'commander';
import { exitCode } from '../exit.ts';

const load = () => import('../record-config.ts');

export function addRecordConfig(program: Command): void {
  const command = program
    .command('record-config')
    .description('what the cloud records and reports, from `recording:` of live2vod.yaml');
  command
    .command('plan')
    .description('say what `apply` would change; exit code 3 if anything')
    .action(async () => {
      if (await (await load()).plan()) process.exitCode = exitCode.changes;
    });
  command
    .command('apply')
    .description('show the difference, then carry it out')
    .option(
      '--replace',
      'also delete and add again what no update can change; a recording in progress may be cut',
      false,
    )
    .action(async (options: { readonly replace: boolean }) => (await load()).apply(options));
  command
    .command('list')
    .description('what the cloud has for a domain')
    .argument('<domain>')
    .action(async (domain: string) => (await load()).list(domain));
  command
    .command('delete')
    .description('delete one configuration at the cloud; the file is left as it is')
    .argument('<stream>', 'domain/app/stream, stream * for all')
    .action(async (stream: string) => (await load()).remove(stream));
}
