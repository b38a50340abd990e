import { type Command, Option } from 'commander';
import { deadLetterReasons, deadLetterStages } from '../../schemas/dead-letter.ts';
import { CommandFault, exitCode } from '../exit.ts';
import { timeOption } from '../time-option.ts';

const load = () => import('../dead-letters.ts');

type FilterOptions = { reason?: string; stage?: string; key?: string; since?: number; until?: number };

const filtered = (command: Command) =>
  command
    .addOption(
      new Option('--reason <reason>', 'only letters with this reason').choices([...deadLetterReasons, 'unknown']),
    )
    .addOption(new Option('--stage <stage>', 'only letters of this stage').choices([...deadLetterStages, 'unknown']))
    .option('--key <key>', 'only letters with this record key')
    .option('--since <time>', 'only letters from then on (ISO 8601, epoch ms, or 6h ago)', timeOption)
    .option('--until <time>', 'only letters before then', timeOption);

const filterOf = ({ reason, stage, key, since, until }: FilterOptions) => ({
  ...(reason === undefined ? {} : { reason }),
  ...(stage === undefined ? {} : { stage }),
  ...(key === undefined ? {} : { key }),
  ...(since === undefined ? {} : { fromMs: since }),
  ...(until === undefined ? {} : { toMs: until }),
});

export function addDlq(program: Command): void {
  const dlq = program.command('dlq').description('dead letters: what could not be used, and why');
  filtered(dlq.command('list').description('one line each')).action(async (options: FilterOptions) =>
    (await load()).list(filterOf(options)),
  );
  dlq
    .command('show')
    .description('one letter with its headers and bytes')
    .argument('<id>', 'PARTITION:OFFSET, as `list` shows it')
    .action(async (id: string) => (await load()).show(id));
  filtered(dlq.command('redrive').description('send letters again; those that were are passed over'))
    .argument('[ids...]', 'PARTITION:OFFSET …')
    .option('--all', 'all that match, where no filter and no id is given')
    .action(async (ids: string[], options: FilterOptions & { all?: true }) => {
      const filter = filterOf(options);
      if (ids.length === 0 && Object.keys(filter).length === 0 && !options.all) {
        throw new CommandFault('say which: ids, a filter, or --all', exitCode.usage);
      }
      await (await load()).redrive({ ...filter, ...(ids.length === 0 ? {} : { ids }) });
    });
}
