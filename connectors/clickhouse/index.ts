export { checkClickhouse } from './check.ts';
export { type ClickhouseSettings, connectClickhouse } from './client.ts';
export { ClickhouseFault } from './fault.ts';
export {
  type LatencyDimension,
  type LatencyFilter,
  type LatencyRow,
  type LatencyStage,
  latencyDimensions,
  latencyReport,
  latencyStages,
} from './latency/report.ts';
export { type Migration, migrate, readMigrations } from './migrate.ts';
export { problemOf } from './problem.ts';
export { embeddedAccess } from './role/access/credentials.ts';
export { type ClickhouseRoleOptions, startClickhouseRole } from './role/server.ts';
export { type SpawnedClickhouse, spawnClickhouseRole } from './role/spawn.ts';
export { type BatchLimits, runSink, type SinkOptions } from './sink/run-sink.ts';
