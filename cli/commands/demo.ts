import { type Command, InvalidArgumentError } from 'commander';
import { exitCode } from '../exit.ts';
import { aborted, stopSignal } from '../stopping.ts';

function countOf(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 1_000)
    throw new InvalidArgumentError('a whole number, 1 to 1000');
  return value;
}

export function addDemo(program: Command): void {
  program
    .command('demo')
    .description(
      'play live shows of the four practices through the whole pipeline and compare with what really happened',
    )
    .option('--seed <n>', 'what is random follows from it', countOf, 1)
    .option('--shows <n>', 'shows of each practice', countOf, 2)
    .option('--once', 'end after the comparison; exit status 0 only if everything is equal')
    .action(async ({ seed, shows, once }: { seed: number; shows: number; once?: true }) => {
      const { runDemo } = await import('../demo/run-demo.ts');
      const signal = stopSignal();
      const equal = await runDemo({
        seed,
        shows,
        signal,
        say: (line) => console.error(line),
        print: (text) => console.log(text),
        stay: async (consoleUrl, token) => {
          if (once) return;
          console.log(`\nThe console is at ${consoleUrl} (token for changes: ${token}). Ctrl-C ends it all.`);
          await aborted(signal);
        },
      });
      if (!equal) process.exitCode = exitCode.failed;
    });
}
