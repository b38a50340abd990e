import { posix } from 'node:path';
import { importsOf } from './imports.ts';

/** Each file with the files that it imports, types included. */
export type Imports = ReadonlyMap<string, readonly string[]>;

/** @param sources path from the root → text; imports of anything else are left out */
export function importsAmong(sources: ReadonlyMap<string, string>): Imports {
  return new Map(
    [...sources].map(([file, source]) => {
      const targets = importsOf(file, source).flatMap(({ specifier }) =>
        specifier?.startsWith('.') ? [posix.join(posix.dirname(file), specifier)] : [],
      );
      return [file, [...new Set(targets)].filter((target) => sources.has(target))];
    }),
  );
}

/** Groups of files of which each reaches each by imports: none may be. A file that imports itself is one. (Tarjan) */
export function circlesIn(imports: Imports): string[][] {
  const circles: string[][] = [];
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const visit = (file: string): number => {
    const own = order.size;
    order.set(file, own);
    lowest.set(file, own);
    open.push(file);
    const targets = imports.get(file) ?? [];
    let low = own;
    for (const target of targets) {
      if (!order.has(target)) low = Math.min(low, visit(target));
      else if (open.includes(target)) low = Math.min(low, order.get(target) ?? low);
    }
    lowest.set(file, low);
    if (low === own) {
      const group = open.splice(open.indexOf(file));
      if (group.length > 1 || targets.includes(file)) circles.push(group);
    }
    return low;
  };
  for (const file of imports.keys()) if (!order.has(file)) visit(file);
  return circles;
}

/**
 * Imports past a door: a folder that has an `index.ts` is entered from outside through it alone. Tests may look inside.
 */
export function pastDoors(imports: Imports): string[] {
  const doors = new Set([...imports.keys()].filter((file) => posix.basename(file) === 'index.ts').map(posix.dirname));
  return [...imports].flatMap(([file, targets]) =>
    file.startsWith('test/')
      ? []
      : targets.flatMap((target) => {
          const door = outermostDoor(doors, file, target);
          return door === undefined || target === `${door}/index.ts`
            ? []
            : [`${file} goes past ${door}/index.ts to ${target}`];
        }),
  );
}

function outermostDoor(doors: ReadonlySet<string>, from: string, target: string): string | undefined {
  const parts = target.split('/').slice(0, -1);
  for (let depth = 1; depth <= parts.length; depth++) {
    const folder = parts.slice(0, depth).join('/');
    if (doors.has(folder) && !from.startsWith(`${folder}/`)) return folder;
  }
  return undefined;
}
