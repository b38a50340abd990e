/**
 * A Java process works in its own folder and names everything from there. The way to the folder may hold anything a file
 * system takes, and most of Java's options have a grammar: a colon parts a class path, a comma `log.dirs`, a semicolon a
 * JDBC URL, `=` an agent's options, `${…}` a property. So none of it is ever in an option.
 */
import { randomUUID } from 'node:crypto';
import { rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';

/** Makes `name` in the folder lead to `target`, an absolute path; gives `name`. */
export async function linkIn(folder: string, name: string, target: string): Promise<string> {
  const fresh = join(folder, `${name}.${randomUUID()}`);
  await symlink(target, fresh);
  try {
    await rename(fresh, join(folder, name));
  } finally {
    await rm(fresh, { force: true });
  }
  return name;
}
