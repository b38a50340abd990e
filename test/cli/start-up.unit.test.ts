import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** Runs the command line without a command, and lists the packages that our files took in for it. */
const listing = `
import { registerHooks } from 'node:module';
const packages = new Set();
registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    const found = /\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(resolved.url);
    if (found && !context.parentURL?.includes('/node_modules/')) packages.add(found[1]);
    return resolved;
  },
});
process.argv[2] = '--version';
await import(${JSON.stringify(join(root, 'cli/main.ts'))});
console.log(JSON.stringify([...packages].sort()));
`;

// The Kafka client, kafkajs and the cloud's client were loaded by every command: 190 ms of 440.
test('a command loads no client before it needs one', () => {
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', listing, 'main'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(JSON.parse(said.trim().split('\n').at(-1) ?? '')).toEqual(['commander', 'yaml', 'zod']);
});
