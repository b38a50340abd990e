import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { growthParts } from '../../bench/growth/parts.ts';
import { benchNames, type ChosenBench, checkBenchOptions } from '../bench-options.ts';
import { stopSignal } from '../stopping.ts';

function sizeOption(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number above 0');
  return value;
}

export function addBench(program: Command): void {
  program
    .command('bench')
    .description('measure against a floor in the same run; only the ratios mean anything on another machine')
    .addArgument(new Argument('<name>', 'what to measure').choices(benchNames))
    .option(
      '--size <n>',
      'seconds (ingress, soak, outage, console), videos (domain, growth, processor, restore, memory, latency, sink, console-queries), jobs (runner), callbacks (queries) or faults, the quick ones first (ingress-faults)',
      sizeOption,
    )
    .option('--no-peer', 'without Kafka Streams, which needs Maven (processor, restore, memory, latency)')
    .addOption(new Option('--only <part>', 'of growth: this part alone').choices(growthParts))
    .action(async (name: string, { size, peer, only }: ChosenBench) => {
      checkBenchOptions(name, {
        peer,
        ...(size === undefined ? {} : { size }),
        ...(only === undefined ? {} : { only }),
      });
      const { bench } = await import('../bench.ts');
      const options = { ...(size === undefined ? {} : { size }), ...(only === undefined ? {} : { only }), peer };
      await bench(name, { ...options, signal: stopSignal() });
    });
}
