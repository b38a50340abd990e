import type { Command } from 'commander';
import { urlAt } from '../../schemas/address.ts';
import { shown } from '../../schemas/shown.ts';
import { aborted, stopSignal, unlessStopped } from '../stopping.ts';

export function addUp(program: Command): void {
  program
    .command('up')
    .description('start the embedded stack (or use what is set) and every role, until SIGTERM')
    .action(async () => {
      const { startSystem } = await import('../system.ts');
      const signal = stopSignal();
      const say = (line: string) => console.error(shown(`live2vod: ${line}`));
      const system = await unlessStopped(signal, startSystem({ quiet: false, say, signal }));
      try {
        await Promise.race([system.ready(), aborted(signal)]);
        if (!signal.aborted) {
          const { settings } = system.configuration;
          say(
            `ready: console ${urlAt(settings.CONSOLE_BIND, settings.CONSOLE_PORT)}/, callbacks on port ${settings.INGRESS_PORT}`,
          );
        }
        await Promise.race([aborted(signal), system.supervisor.failed]);
      } finally {
        say('stopping');
        await system.stop();
      }
    });
}
