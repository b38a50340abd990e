import { Argument, type Command } from 'commander';
import { endWithin } from '../../platform/host/index.ts';
import { configurationOf, readConfiguration } from '../environment.ts';
import { keepPrivate } from '../private-home.ts';
import { type RoleName, roleNames } from '../roles/context.ts';

export function addRun(program: Command): void {
  program
    .command('run')
    .description('run one role in this process until SIGTERM')
    .addArgument(new Argument('<role>', 'which role').choices([...roleNames]))
    .action(async (role: RoleName) => {
      const { runRole } = await import('../roles/run.ts');
      try {
        const configuration = readConfiguration();
        keepPrivate(configuration.settings.LIVE2VOD_HOME);
        await runRole(role, configurationOf(role, configuration));
      } finally {
        // A thread may sit in a call that never returns, and the process with it.
        endWithin(5_000);
      }
    });
}
