import { type Command, InvalidArgumentError } from 'commander';
import { shown } from '../../schemas/shown.ts';
import { exitCode } from '../exit.ts';
import { aborted, stopSignal, unlessStopped } from '../stopping.ts';

const wholeNumber = (least: number, most: number) => (text: string) => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < least || value > most)
    throw new InvalidArgumentError(`a whole number, ${least} to ${most}`);
  return value;
};

export function addDemo(program: Command): void {
  program
    .command('demo')
    .description(
      'play live shows of the four practices through the whole pipeline and compare with what really happened',
    )
    .option('--seed <n>', 'what is random follows from it', wholeNumber(0, 2 ** 32 - 1), 1)
    .option('--shows <n>', 'shows of each practice', wholeNumber(1, 1_000), 2)
    .option('--once', 'end after the comparison; exit status 0 only if everything is equal')
    .action(async ({ seed, shows, once }: { seed: number; shows: number; once?: true }) => {
      const { runDemo } = await import('../demo/run-demo.ts');
      const signal = stopSignal();
      const demo = runDemo({
        seed,
        shows,
        signal,
        say: (line) => console.error(shown(line)),
        print: (text) => console.log(text),
        stay: async (consoleUrl, token) => {
          if (once) return;
          console.log(`\nThe console is at ${consoleUrl} (token for changes: ${token}). Ctrl-C ends it all.`);
          await aborted(signal);
        },
      });
      if (!(await unlessStopped(signal, demo))) process.exitCode = exitCode.failed;
    });
}
