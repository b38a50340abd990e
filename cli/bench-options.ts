/** What may be asked of which benchmark: an option that means nothing to it is refused rather than ignored. */
import type { GrowthPart } from '../bench/growth/parts.ts';
import { leastVideos } from '../bench/loads.ts';
import { CommandFault, exitCode } from './exit.ts';

export const benchNames = [
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

export type ChosenBench = { readonly size?: number; readonly peer: boolean; readonly only?: GrowthPart };

const withPeer: ReadonlySet<string> = new Set(['processor', 'restore', 'memory', 'latency']);
/** Parts of `growth` that grow with a number of videos. */
const withVideos: ReadonlySet<GrowthPart> = new Set(['stores', 'videos']);

/** @throws CommandFault where an option has no meaning, or a size is too small for the benchmark's load */
export function checkBenchOptions(name: string, { size, peer, only }: ChosenBench): void {
  const refuse = (why: string): never => {
    throw new CommandFault(why, exitCode.usage);
  };
  if (only !== undefined && name !== 'growth')
    refuse(`--only is an option of bench growth: bench ${name} has no parts`);
  if (!peer && !withPeer.has(name)) refuse(`--no-peer has no meaning: bench ${name} runs without Kafka Streams`);
  if (size === undefined) return;
  if (only !== undefined && !withVideos.has(only))
    refuse(`--size has no meaning: growth of ${only} has sizes of its own`);
  const least = leastVideos[name] ?? 1;
  if (size < least) refuse(`--size ${size} is too small: the load of bench ${name} needs at least ${least} videos`);
}
