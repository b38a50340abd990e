import { posix } from 'node:path';
import { type Import, importsOf } from './imports.ts';

const rooms = ['processors', 'schemas', 'connectors', 'cli', 'emulator', 'local', 'test', 'bench'] as const;
type Room = (typeof rooms)[number];

/** DESIGN's table: which other rooms a room may import. */
export const mayImport: Readonly<Record<Room, readonly Room[]>> = {
  processors: ['schemas'],
  schemas: [],
  connectors: ['processors', 'schemas'],
  emulator: ['schemas'],
  local: [],
  cli: rooms,
  test: rooms,
  bench: rooms,
};

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
    return mayImport[room] === rooms ? undefined : 'an import whose target is computed';
  }
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(file), specifier);
    const to = roomOf(target);
    if (to === room || (to !== undefined && mayImport[room].includes(to))) return undefined;
    return `${room}/ may not import ${target}`;
  }
  if (specifier.startsWith('/') || specifier.startsWith('file:')) return `an absolute import, ${specifier}`;
  if (room === 'processors' && !purePackages.test(specifier))
    return `processors/ is pure and may not import ${specifier}`;
  return undefined;
}

function roomOf(path: string): Room | undefined {
  return rooms.find((room) => path.startsWith(`${room}/`));
}
