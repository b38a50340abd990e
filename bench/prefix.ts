import { randomUUID } from 'node:crypto';

const made: string[] = [];

/** A prefix of topics, and of groups, that no other run has. All topics that a benchmark makes have one. */
export function newPrefix(): string {
  const prefix = `bench-${randomUUID()}.`;
  made.push(prefix);
  return prefix;
}

/** What this run may delete: those that it has made so far. */
export const madePrefixes = (): readonly string[] => made;
