/** The `live2vod` command. One file per subcommand; each is loaded only when it is called. */
import { inspect } from 'node:util';
import { Command } from 'commander';
import { StackError } from '../local/index.ts';
import { exitCode, exitCodeOf } from '../platform/exit-code.ts';
import { Fault } from '../platform/faults.ts';
import { shown } from '../schemas/shown.ts';
import { addCommands } from './commands/index.ts';
import { CommandFault } from './exit.ts';

const program = new Command('live2vod')
  .description('Live-to-VOD event pipeline for Alibaba Cloud: callbacks in, ordered state out, transcode jobs, latency')
  .version('0.1.0')
  .showHelpAfterError('(see ./live2vod --help)')
  .exitOverride();

addCommands(program);

// The reader of our output may close it, or have a full disk, at any time: that must not end the command.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommandFault) {
    console.error(`live2vod: ${shown(error.message)}`);
    process.exitCode = error.exitCode;
  } else if (error instanceof Error && 'code' in error && String(error.code).startsWith('commander.')) {
    process.exitCode = 'exitCode' in error && error.exitCode === 0 ? exitCode.ok : exitCode.usage;
  } else if (error instanceof Fault) {
    // It says itself what is wrong, where, and which setting to look at; a stack would hide it.
    const ofStack = error instanceof StackError;
    const hint = error.retryable && !ofStack ? '; ./live2vod doctor says what answers' : '';
    console.error(`live2vod: ${shown(error.message)}${hint}`);
    process.exitCode = exitCodeOf(error, { otherwise: ofStack ? exitCode.unavailable : exitCode.failed });
  } else {
    console.error(`live2vod: ${shown(inspect(error))}`);
    process.exitCode = exitCode.failed;
  }
}
