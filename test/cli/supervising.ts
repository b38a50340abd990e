/**
 * A process of its own that supervises roles until it is told to stop: `node supervising.ts ROLES SILENCE_MS`, where ROLES
 * is a list of role names with their environments, as JSON. Says each line of the supervisor, and what it waits for.
 */
import type { RoleName } from '../../cli/roles/context.ts';
import { startSupervisor } from '../../cli/supervisor.ts';
import { systemClock } from '../../platform/host/index.ts';

const [roles = '[]', silenceMs = '30000'] = process.argv.slice(2);
const supervisor = startSupervisor({
  roles: (JSON.parse(roles) as [RoleName, Record<string, string>][]).map(([role, environment]) => ({
    role,
    environment,
  })),
  logFolder: null,
  clock: systemClock,
  say: (line) => console.log(line),
  patience: () => ({ startMs: 90_000, silenceMs: Number(silenceMs) }),
});
supervisor.failed.catch((error: unknown) => console.log(`failed: ${String(error)}`));
const telling = setInterval(() => console.log(`waiting for ${supervisor.waitingFor() ?? 'nothing'}`), 250);
process.once('SIGTERM', () => {
  clearInterval(telling);
  void supervisor.stop();
});
