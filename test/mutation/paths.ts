import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

export const dependencyPath = (path: string): string => join(root, 'node_modules', path);

/** The name that a group of tests shares with the folder that it tests. */
export const testsOf = 'test/processors';
