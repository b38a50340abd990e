import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { StackError } from '../../errors.ts';

/**
 * The key of an embedded ClickHouse: every request carries it. It lies in the data folder, so that whatever role is
 * started on the same folder, by whomever, finds the same one; only the folder's owner can read it.
 */
export const keyFileOf = (folder: string): string => join(folder, 'key');

/** 256 bits in base64url. */
const shape = /^[A-Za-z0-9_-]{43}$/;

/**
 * The folder's key, made where there is none. Folder and file are the owner's alone afterwards.
 * @throws StackError `KEY_UNUSABLE`
 */
export function openKey(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const known = readKey(folder);
  if (known !== null) return known;
  const path = keyFileOf(folder);
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  try {
    // A link appears whole or not at all, and never replaces what another role has made meanwhile.
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unusable(path, error);
  } finally {
    rmSync(draft, { force: true });
  }
  const made = readKey(folder);
  if (made === null) throw unusable(path, undefined);
  return made;
}

/**
 * The folder's key, null where none was made yet.
 * @throws StackError `KEY_UNUSABLE` where it is another user's file, no plain file, or not a key
 */
export function readKey(folder: string): string | null {
  const path = keyFileOf(folder);
  let file: number;
  try {
    // A link could lead to a text that another user knows.
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw unusable(path, error);
  }
  try {
    const { uid, mode } = fstatSync(file);
    // Another user may have read it already: changing the mode now would only hide that.
    if ((mode & 0o077) !== 0 || (uid !== process.getuid?.() && process.getuid?.() !== 0))
      throw unusable(path, undefined);
    const key = readFileSync(file, 'utf8').trim();
    if (!shape.test(key)) throw unusable(path, undefined);
    return key;
  } finally {
    closeSync(file);
  }
}

const unusable = (path: string, cause: unknown) =>
  new StackError(
    'KEY_UNUSABLE',
    `${path} is not a key that only this user can read: stop the roles, delete it, and a new one is made at the next start`,
    cause === undefined ? {} : { cause },
  );
