import { readFileSync } from 'node:fs';

const page = readFileSync(new URL('../../../docs/emulator.md', import.meta.url), 'utf8');

/** The RPC operations that docs/emulator.md lists, in its table of groups. */
export function documentedOperations(): string[] {
  const [, table = ''] = /\| group, calls per second \| operations \|\n((?:\|.*\n)+)/.exec(page) ?? [];
  return [...table.replace(/\([^)]*\)/g, '').matchAll(/\b[A-Z]\w*[a-z]\w*/g)].map(([name]) => name);
}

/** The queue operations that it lists. */
export function documentedQueueOperations(): string[] {
  const [paragraph = ''] = /^Queues: [\s\S]*?\n\n/m.exec(page) ?? [];
  return [...paragraph.matchAll(/\b[A-Z]\w+(?:Queues?|Message|Attributes|Visibility)\b/g)].map(([name]) => name);
}
