/** In how many processes a role runs. */
import { availableParallelism } from 'node:os';
import type { RoleName } from '../../schemas/role-settings.ts';
import type { Settings } from '../../schemas/settings.ts';
import { CommandFault, exitCode } from '../exit.ts';

/** What is set for a role, and whether its processes share out partitions. */
const settingOf = {
  ingress: { setting: 'INGRESS_PROCESSES', ofPartitions: false },
  processor: { setting: 'PROCESSOR_PROCESSES', ofPartitions: true },
  sink: { setting: 'SINK_PROCESSES', ofPartitions: true },
} as const satisfies Partial<Record<RoleName, { setting: keyof Settings; ofPartitions: boolean }>>;

export function processesOf(role: RoleName, settings: Settings, cores = availableParallelism()): number {
  const told = role in settingOf ? settingOf[role as keyof typeof settingOf] : undefined;
  if (told === undefined) return 1;
  const set = settings[told.setting];
  if (set !== 'auto') return set;
  return told.ofPartitions ? Math.min(cores, settings.LIVE2VOD_PARTITIONS) : cores;
}

const longestInstance = 100;

/**
 * The instance of a role's nth process, from 1. The first has the role's own, so that it finds the stores of a role that
 * was one process. A host's name has no underscore, so no other host is taken for the others.
 * @throws CommandFault where that is longer than an instance's name may be
 */
export function instanceOf(instance: string, process: number): string {
  const name = process === 1 ? instance : `${instance}_p${process}`;
  if (name.length <= longestInstance) return name;
  throw new CommandFault(
    `LIVE2VOD_INSTANCE: with several processes ${instance} becomes ${name}, which is longer than ${longestInstance}`,
    exitCode.configuration,
  );
}
