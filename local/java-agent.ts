import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StackError } from './errors.ts';
import { linkIn } from './work-folder.ts';

/**
 * Java's argument that starts Byteman, an agent that changes classes as they are loaded, as the rules say; they tell why.
 * A rule that doesn't fit the classes is only a line in the log: a test that depends on one checks that it works.
 * @param folder where the process works
 * @param jars where Byteman's jar lies
 * @param rules file of this room
 */
export async function rulesArgument(folder: string, jars: string, rules: string): Promise<string> {
  const byteman = (await readdir(jars)).find((name) => name.startsWith('byteman-'));
  if (byteman === undefined)
    throw new StackError('JARS_FAILED', `There is no byteman in ${jars}. Delete it, and start again.`);
  const agent = await linkIn(folder, 'agent', resolve(jars));
  const script = await linkIn(folder, 'rules.btm', fileURLToPath(new URL(rules, import.meta.url)));
  return `-javaagent:${agent}/${byteman}=script:${script}`;
}
