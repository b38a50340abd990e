/** The `live2vod` command. One file per subcommand; each is loaded only when it is called. */
import { inspect } from 'node:util';
import { Command } from 'commander';
import { StackError } from '../local/index.ts';
import { shown } from '../schemas/shown.ts';
import { addCommands } from './commands/index.ts';
import { CommandFault, exitCode } from './exit.ts';

const program = new Command('live2vod')
  .description('Live-to-VOD event pipeline for Alibaba Cloud: callbacks in, ordered state out, transcode jobs, latency')
  .version('0.1.0')
  .showHelpAfterError('(see ./live2vod --help)')
  .exitOverride();

addCommands(program);

// Whoever reads what we say may go, or have no room, at any time: that must not end what we do.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommandFault) {
    console.error(`live2vod: ${shown(error.message)}`);
    process.exitCode = error.exitCode;
  } else if (error instanceof StackError) {
    console.error(`live2vod: ${shown(error.message)}`);
    process.exitCode = exitCode.unavailable;
  } else if (error instanceof Error && 'code' in error && String(error.code).startsWith('commander.')) {
    process.exitCode = 'exitCode' in error && error.exitCode === 0 ? exitCode.ok : exitCode.usage;
  } else if (error instanceof Error && 'denied' in error && error.denied === true) {
    // The cluster refuses these settings: the line says which to look at, a stack would not.
    console.error(`live2vod: ${shown(error.message)}`);
    process.exitCode = exitCode.configuration;
  } else if (error instanceof Error && 'retryable' in error && typeof error.retryable === 'boolean') {
    // Faults of Kafka, registry, store and cloud say themselves what is wrong and where; a stack would hide it.
    console.error(`live2vod: ${shown(error.message)}${error.retryable ? '; ./live2vod doctor says what answers' : ''}`);
    process.exitCode = error.retryable ? exitCode.unavailable : exitCode.failed;
  } else {
    console.error(`live2vod: ${shown(inspect(error))}`);
    process.exitCode = exitCode.failed;
  }
}
