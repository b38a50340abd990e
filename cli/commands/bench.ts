import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { type GrowthPart, growthParts } from '../../bench/growth/parts.ts';
import { stopSignal } from '../stopping.ts';

const names = [
  'domain',
  'growth',
  'ingress',
  'ingress-faults',
  'soak',
  'processor',
  'restore',
  'memory',
  'latency',
  'runner',
  'sink',
  'outage',
  'queries',
  'console',
  'console-queries',
];

type Chosen = { readonly size?: number; readonly peer: boolean; readonly only?: GrowthPart };

function sizeOption(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number above 0');
  return value;
}

export function addBench(program: Command): void {
  program
    .command('bench')
    .description('measure against a floor in the same run; only the ratios mean anything on another machine')
    .addArgument(new Argument('<name>', 'what to measure').choices(names))
    .option(
      '--size <n>',
      'seconds (ingress, soak, outage, console), videos (domain, growth, processor, restore, memory, latency, sink, console-queries), jobs (runner) or callbacks (queries)',
      sizeOption,
    )
    .option('--no-peer', 'without Kafka Streams, which needs Maven (processor, restore, memory, latency)')
    .addOption(new Option('--only <part>', 'of growth: this part alone').choices(growthParts))
    .action(async (name: string, { size, peer, only }: Chosen) => {
      const { bench } = await import('../bench.ts');
      const options = { ...(size === undefined ? {} : { size }), ...(only === undefined ? {} : { only }), peer };
      await bench(name, { ...options, signal: stopSignal() });
    });
}
