/**
 * Keeps the home to its user: no other one may read the spool's callbacks, the states, the broker's data or ClickHouse's tables.
 */
import { chmodSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { unusable } from '../local/index.ts';

const group = 0o070;
const others = 0o007;
const sticky = 0o1000;

/**
 * What this process and its children make from now on is for this user alone, and so are the home and the folders of
 * data in it, also those that were made before.
 * @throws StackError HOME_UNUSABLE
 */
export function keepPrivate(home: string): void {
  process.umask(group | others);
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw unusable(home, cause);
  }
  tighten(home);
  for (const name of ['spool', 'state', 'kafka', 'registry', 'clickhouse', 'logs', 'run', 'demo']) {
    const folder = join(home, name);
    tighten(folder);
    for (const below of foldersIn(folder)) tighten(below);
  }
}

/** Not of a folder that is shared by its nature (`/tmp` as home), of another user's, or of a link. */
function tighten(folder: string): void {
  try {
    const { mode, uid } = lstatSync(folder);
    const shared = (mode & sticky) !== 0 || uid !== process.getuid?.() || !lstatSync(folder).isDirectory();
    if (!shared && (mode & (group | others)) !== 0) chmodSync(folder, mode & 0o700);
  } catch {
    // It isn't there, or its file system has no modes.
  }
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(folder, entry.name));
  } catch {
    return [];
  }
}
