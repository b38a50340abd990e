export { embeddedAccess } from './access/credentials.ts';
export { type ClickhouseRoleOptions, startClickhouseRole } from './server.ts';
export { type SpawnedClickhouse, spawnClickhouseRole } from './spawn.ts';
