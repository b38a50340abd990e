import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { keepPrivate } from '../../cli/private-home.ts';

const modeOf = (path: string) => statSync(path).mode & 0o7777;

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'live2vod-private-'));
  const umask = process.umask();
  onTestFinished(() => {
    process.umask(umask);
    rmSync(made, { recursive: true });
  });
  return made;
}

// Spool, states and data once had the modes of the umask: every user of the machine could read callbacks and states.
test('a home and its data are for their user alone, those that were there before too', () => {
  const home = join(folder(), 'home');
  process.umask(0o022);
  for (const name of ['spool/0', 'state/video', 'kafka/data', 'registry'])
    mkdirSync(join(home, name), { recursive: true });
  expect(modeOf(join(home, 'spool'))).toBe(0o755);
  keepPrivate(home);
  for (const name of ['', 'spool', 'spool/0', 'state', 'state/video', 'kafka', 'kafka/data', 'registry'])
    expect([name, modeOf(join(home, name))]).toEqual([name, 0o700]);
  mkdirSync(join(home, 'state/session'));
  expect(modeOf(join(home, 'state/session'))).toBe(0o700);
  writeFileSync(join(home, 'state/file'), '');
  expect(modeOf(join(home, 'state/file'))).toBe(0o600);
});

test('a folder that is shared by its nature keeps its mode, and so does what a link leads to', () => {
  const place = folder();
  const shared = join(place, 'tmp');
  const elsewhere = join(place, 'elsewhere');
  mkdirSync(shared);
  mkdirSync(elsewhere);
  chmodSync(shared, 0o1777);
  chmodSync(elsewhere, 0o755);
  symlinkSync(elsewhere, join(shared, 'kafka'));
  keepPrivate(shared);
  expect(modeOf(shared)).toBe(0o1777);
  expect(modeOf(elsewhere)).toBe(0o755);
});
