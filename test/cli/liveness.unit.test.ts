import { expect, test } from 'vitest';
import { aliveEveryMs, standsStill, usualPatience } from '../../cli/liveness.ts';
import { roleNames } from '../../cli/roles/context.ts';

const patience = { startMs: 100_000, silenceMs: 30_000 };
const role = { startedAtMs: 1_000, heardAtMs: 50_000, live: true };

test('a role that says how it is in time, and that it lives, does not stand still', () => {
  expect(standsStill(role, 80_000, patience)).toBeNull();
  expect(standsStill({ ...role, heardAtMs: null }, 101_000, patience)).toBeNull();
});

test('silence, a start that never ends, and its own word each count as standing still', () => {
  expect(standsStill(role, 80_001, patience)).toBe('has not answered for 30 s');
  expect(standsStill({ ...role, heardAtMs: null }, 101_001, patience)).toBe('has not begun within 100 s');
  expect(standsStill({ ...role, live: false }, 51_000, patience)).toBe('says that it stands still');
});

test('a role may miss several of its turns to speak before it counts as silent', () => {
  for (const name of roleNames) expect(usualPatience(name).silenceMs).toBeGreaterThan(5 * aliveEveryMs);
});
