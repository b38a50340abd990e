import { whenAvailable } from '../../platform/when-available.ts';
import type { RoleContext, RoleName } from './context.ts';

/**
 * What a role can't begin without, e.g. its schemas: waits until it answers, not ready meanwhile.
 * @throws Abandoned when the role is told to stop first; at once what waiting doesn't help against
 */
export const needed = <T>(
  context: Pick<RoleContext<RoleName>, 'platform' | 'log' | 'signal' | 'waitingFor'>,
  what: string,
  call: () => Promise<T>,
): Promise<T> => {
  const { platform, log, signal, waitingFor } = context;
  // That it answers now doesn't make the role ready.
  const tell = (wait: string | null) => waitingFor(wait ?? 'start');
  return whenAvailable({ platform, log, signal, waitingFor: tell }, what, call);
};

export const schemaRegistry = 'the schema registry';
