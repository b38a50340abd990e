import { Argument, type Command, Option } from 'commander';
import { endWithin } from '../../platform/host/index.ts';
import { configurationOf, readConfiguration } from '../environment.ts';
import { keepPrivate } from '../private-home.ts';
import { type RoleName, roleNames } from '../roles/context.ts';
import { processesOf } from '../roles/processes.ts';

export function addRun(program: Command): void {
  program
    .command('run')
    .description('run one role until SIGTERM')
    .addArgument(new Argument('<role>', 'which role').choices([...roleNames]))
    // For the supervisor of a role's processes alone.
    .addOption(new Option('--process <n>').argParser(Number).hideHelp())
    .action(async (role: RoleName, { process: number }: { process?: number }) => {
      const { runRole } = await import('../roles/run.ts');
      try {
        const configuration = readConfiguration();
        keepPrivate(configuration.settings.LIVE2VOD_HOME);
        const processes = processesOf(role, configuration.settings);
        await runRole(
          role,
          configurationOf(role, configuration),
          number !== undefined
            ? { kind: 'one', process: number }
            : processes > 1
              ? { kind: 'all', processes }
              : { kind: 'only' },
        );
      } finally {
        // A thread may sit in a call that never returns, and the process with it.
        endWithin(5_000);
      }
    });
}
