import { posix } from 'node:path';
import { type Import, importsOf } from './imports.ts';

const ground = ['schemas', 'platform'] as const;
const engine = [...ground, 'processors', 'connectors', 'runtime'] as const;

/** Which other rooms a room may import (docs/architecture.md). A room may always import itself. */
export const mayImport = {
  schemas: [],
  platform: ['schemas'],
  processors: ['schemas'],
  connectors: [...ground, 'processors'],
  runtime: [...ground, 'processors', 'connectors'],
  services: engine,
  web: ['schemas'],
  client: ['schemas', 'connectors/avro'],
  local: ['platform'],
  emulator: ground,
  cli: [...engine, 'services', 'web', 'client', 'local', 'emulator', 'bench'],
  bench: [...engine, 'services', 'web', 'client', 'local', 'emulator', 'test'],
  test: [...engine, 'services', 'web', 'client', 'local', 'emulator', 'cli', 'bench'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Room = keyof typeof mayImport;
export const rooms = Object.keys(mayImport) as Room[];

/** Rooms whose folders are apart: what lies in one of them may not import another of them. */
const apart: readonly Room[] = ['services'];

/** Packages that compute and nothing else. */
const purePackages = /^@noble\/hashes\//;

/**
 * The imports of a file (path from the root) that break the table or the purity of `processors/`, one line each:
 * `path:line: why`.
 */
export function brokenImports(file: string, source: string): string[] {
  const room = roomOf(file);
  if (room === undefined) return [];
  return importsOf(file, source).flatMap((found) => {
    const why = brokenBecause(file, room, found);
    return why === undefined ? [] : [`${file}:${found.line}: ${why}`];
  });
}

function brokenBecause(file: string, room: Room, { specifier }: Import): string | undefined {
  if (specifier === null) {
    return computedTargets.includes(room) ? undefined : 'an import whose target is computed';
  }
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(file), specifier);
    return isAllowed(file, room, target) ? undefined : `${room}/ may not import ${target}`;
  }
  if (specifier.startsWith('/') || specifier.startsWith('file:')) return `an absolute import, ${specifier}`;
  if (room === 'processors' && !purePackages.test(specifier))
    return `processors/ is pure and may not import ${specifier}`;
  return undefined;
}

const computedTargets: readonly Room[] = ['cli', 'test', 'bench'];

function isAllowed(file: string, room: Room, target: string): boolean {
  const to = roomOf(target);
  if (to === room) return !apart.includes(room) || folderIn(file) === folderIn(target);
  return mayImport[room].some((allowed) => target.startsWith(`${allowed}/`));
}

/** `services/sink` of `services/sink/rows/index.ts`. */
function folderIn(path: string): string {
  return path.split('/').slice(0, 2).join('/');
}

export function roomOf(path: string): Room | undefined {
  return rooms.find((room) => path.startsWith(`${room}/`));
}
