import type { Command } from 'commander';
import { readConfiguration } from '../environment.ts';
import { keepPrivate } from '../private-home.ts';
import { portsOfStack, refuseSharedPorts } from '../shared-ports.ts';
import { stopSignal, unlessStopped } from '../stopping.ts';

const load = () => import('../../local/index.ts');

export function addStack(program: Command): void {
  const stack = program.command('stack').description('the embedded Kafka and schema registry, without the roles');
  stack
    .command('start')
    .description('start them in the background, on LIVE2VOD_HOME')
    .action(async () => {
      const { startStack } = await load();
      const { settings } = readConfiguration();
      const signal = stopSignal();
      refuseSharedPorts(portsOfStack(settings));
      keepPrivate(settings.LIVE2VOD_HOME);
      const starting = startStack({
        home: settings.LIVE2VOD_HOME,
        kafkaPort: settings.KAFKA_PORT,
        registryPort: settings.REGISTRY_PORT,
        detached: true,
        onProgress: (line) => console.error(line),
        signal,
      });
      const started = await unlessStopped(signal, starting);
      if (signal.aborted && !started.reused) await started.stop();
      signal.throwIfAborted();
      console.log(`KAFKA_BROKERS=${started.brokers}`);
      console.log(`SCHEMA_REGISTRY_URL=${started.registryUrl}`);
    });
  stack
    .command('stop')
    .description('stop them; their data stays')
    .action(async () => {
      const { stopStack } = await load();
      const stopped = await stopStack({ home: readConfiguration().settings.LIVE2VOD_HOME });
      console.log(stopped ? 'stopped' : 'nothing runs');
    });
  stack
    .command('status')
    .description('say what runs and whether it serves; exit status 1 unless all of it does')
    .action(async () => {
      const { stackStatus } = await load();
      const { state, parts } = await stackStatus({ home: readConfiguration().settings.LIVE2VOD_HOME });
      console.log(state);
      for (const part of parts)
        console.log(`  ${part.name}: ${part.serves ? 'serves' : part.runs ? 'runs, does not answer' : 'does not run'}`);
      if (parts.length === 0 || parts.some((part) => !part.serves)) process.exitCode = 1;
    });
}
