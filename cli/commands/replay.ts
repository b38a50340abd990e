import { type Command, InvalidArgumentError } from 'commander';
import { counted } from '../../platform/counted.ts';
import { stopSignal } from '../stopping.ts';
import { timeOption } from '../time-option.ts';

/** Up to 12 digits are an offset, since as milliseconds they would lie before 2001; everything else is a time. */
export function startOption(text: string): { fromOffset: number } | { fromMs: number } {
  return /^\d{1,12}$/.test(text) ? { fromOffset: Number(text) } : { fromMs: timeOption(text) };
}

function partitionOption(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError('a partition number');
  return Number(text);
}

type Options = {
  from: { fromOffset: number } | { fromMs: number };
  to?: number;
  key?: string;
  partition?: number;
  fromTopic?: string;
};

export function addReplay(program: Command): void {
  program
    .command('replay')
    .description('feed raw callbacks through again, without changing any state that was right')
    .requiredOption(
      '--from <time|offset>',
      'ISO 8601, epoch ms, how long ago (6h), or an offset (up to 12 digits)',
      startOption,
    )
    .option('--to <time>', 'only callbacks before then', timeOption)
    .option('--key <subject>', 'only callbacks of this subject (VideoId)')
    .option('--partition <n>', 'only this partition (goes with an offset)', partitionOption)
    .option('--from-topic <name>', "another topic to read: to fill a new prefix from an old one's callbacks")
    .action(async ({ from, to, key, partition, fromTopic }: Options) => {
      const { replay } = await import('../replay.ts');
      console.error(
        'fromOffset' in from ? `from offset ${from.fromOffset}` : `from ${new Date(from.fromMs).toISOString()}`,
      );
      const sent = await replay({
        ...from,
        ...(to === undefined ? {} : { toMs: to }),
        ...(key === undefined ? {} : { key }),
        ...(partition === undefined ? {} : { partitions: [partition] }),
        ...(fromTopic === undefined ? {} : { fromTopic }),
        signal: stopSignal(),
      });
      console.log(`${counted(sent, 'callback')} fed through again`);
    });
}
