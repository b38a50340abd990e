import { toolEnvironmentOf } from '../schemas/role-settings.ts';

/** Of this process's environment what a process that is measured gets: no settings and credentials, which it is told. */
export const measuredEnvironment = (): Record<string, string> => ({
  ...toolEnvironmentOf(process.env),
  UV_THREADPOOL_SIZE: '16',
});
