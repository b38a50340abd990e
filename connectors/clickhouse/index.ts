export { checkClickhouse } from './check.ts';
export { type ClickHouseClient, type ClickhouseSettings, connectClickhouse } from './client.ts';
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
export { isClickhouseDenial, problemOf } from './problem.ts';
