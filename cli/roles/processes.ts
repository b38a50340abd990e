/** In how many processes a role runs. */
import { availableParallelism } from 'node:os';
import { counted } from '../../platform/counted.ts';
import type { RoleName } from '../../schemas/role-settings.ts';
import type { Settings } from '../../schemas/settings.ts';
import { CommandFault, exitCode } from '../exit.ts';

/** What is set for a role, and of how many topics its processes share out the partitions. */
const settingOf = {
  ingress: { setting: 'INGRESS_PROCESSES', topics: 0 },
  // Videos and sessions are a group of one topic each, and every process is a member of both.
  processor: { setting: 'PROCESSOR_PROCESSES', topics: 1 },
  sink: { setting: 'SINK_PROCESSES', topics: 3 },
} as const satisfies Partial<Record<RoleName, { setting: keyof Settings; topics: number }>>;

type SeveralRole = keyof typeof settingOf;
type ProcessSettings = Pick<Settings, (typeof settingOf)[SeveralRole]['setting'] | 'LIVE2VOD_PARTITIONS'>;
const isSeveral = (role: RoleName): role is SeveralRole => role in settingOf;

export function processesOf(role: RoleName, settings: ProcessSettings, cores = availableParallelism()): number {
  if (!isSeveral(role)) return 1;
  const { setting, topics } = settingOf[role];
  const set = settings[setting];
  if (set !== 'auto') return set;
  return topics > 0 ? Math.min(cores, settings.LIVE2VOD_PARTITIONS) : cores;
}

/** More processes than there are partitions for: how many of what, and what to set. Null where there is work for all. */
export function surplusOf(role: RoleName, processes: number, partitions: number): string | null {
  if (!isSeveral(role)) return null;
  const { setting, topics } = settingOf[role];
  const shared = topics * partitions;
  if (topics === 0 || processes <= shared) return null;
  return (
    `${setting} is ${processes}, but there are only ${shared} partitions to share out (LIVE2VOD_PARTITIONS is ${partitions}` +
    `${topics > 1 ? `, ${topics} topics` : ''}): the other processes do nothing and take memory; set ${setting} to at most ${shared}, or to auto`
  );
}

/** For `doctor`, of each role that may have several processes: how many it has here, by what, and what is wrong with it. */
export function processFindings(
  settings: ProcessSettings,
  cores = availableParallelism(),
): readonly { readonly what: string; readonly surplus: string | null }[] {
  return (Object.keys(settingOf) as SeveralRole[]).map((role) => {
    const { setting, topics } = settingOf[role];
    const { [setting]: set, LIVE2VOD_PARTITIONS: partitions } = settings;
    const processes = processesOf(role, settings, cores);
    const byPartitions = topics > 0 && partitions < cores;
    const by =
      set !== 'auto' ? set : byPartitions ? `auto: LIVE2VOD_PARTITIONS, on ${counted(cores, 'core')}` : 'auto: cores';
    return {
      what: `${role} in ${counted(processes, 'process', 'processes')} (${setting}=${by})`,
      surplus: surplusOf(role, processes, partitions),
    };
  });
}

const longestInstance = 100;

/** The names of a role's further processes: nobody else may have one. */
const ofFurther = /_p\d+$/;
export const isOfFurther = (instance: string): boolean => ofFurther.test(instance);

/** @throws CommandFault where a role is given the instance that a further process of another one has */
export function requireOwnInstance(instance: string): void {
  if (!isOfFurther(instance)) return;
  throw new CommandFault(
    `LIVE2VOD_INSTANCE: ${instance} is what a further process of ${instance.replace(ofFurther, '')} is called; set a name that does not end in _p and a number`,
    exitCode.configuration,
  );
}

/**
 * The instance of a role's nth process, from 1. The first has the role's own, so that it finds the stores of a role that
 * was one process. No role's own ends as the others do (`requireOwnInstance`).
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
