import { Argument, type Command, InvalidArgumentError } from 'commander';
import { stopSignal } from '../stopping.ts';

const names = [
  'domain',
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
      'seconds (ingress, soak, outage, console), videos (domain, processor, restore, memory, latency, sink, console-queries), jobs (runner) or callbacks (queries)',
      sizeOption,
    )
    .option('--no-peer', 'without Kafka Streams, which needs Maven (processor, restore, memory, latency)')
    .action(async (name: string, { size, peer }: { size?: number; peer: boolean }) => {
      const { bench } = await import('../bench.ts');
      await bench(name, { ...(size === undefined ? {} : { size }), peer, signal: stopSignal() });
    });
}
