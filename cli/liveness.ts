import type { RoleName } from './roles/context.ts';

/** How often a role tells its supervisor how it is. */
export const aliveEveryMs = 2_000;

/** How long a role may be silent before it counts as standing still. */
export type Patience = {
  /** From its start until it is heard of for the first time: on a busy machine all roles load at once. */
  readonly startMs: number;
  readonly silenceMs: number;
};

const patience: Patience = { startMs: 120_000, silenceMs: 30_000 };
/** The engine has its threads in the same process: a big query leaves the loop few turns. */
const engine: Patience = { startMs: 120_000, silenceMs: 120_000 };

export const usualPatience = (role: RoleName): Patience => (role === 'clickhouse' ? engine : patience);

/** Why a role stands still, in words that follow its name; null where it doesn't. */
export function standsStill(
  role: { readonly startedAtMs: number; readonly heardAtMs: number | null; readonly live: boolean },
  nowMs: number,
  { startMs, silenceMs }: Patience,
): string | null {
  const { startedAtMs, heardAtMs, live } = role;
  if (heardAtMs === null) return nowMs - startedAtMs > startMs ? `has not begun within ${startMs / 1_000} s` : null;
  if (nowMs - heardAtMs > silenceMs) return `has not answered for ${silenceMs / 1_000} s`;
  return live ? null : 'says that it stands still';
}
