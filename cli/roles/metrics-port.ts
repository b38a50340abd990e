/** Where each role serves metrics and health with details. */
import type { AnyRoleSettings, RoleName } from '../../schemas/role-settings.ts';

/** Under `up` each role's port is METRICS_PORT plus its place here, whichever roles run. */
const places: Readonly<Record<RoleName, number>> = {
  ingress: 0,
  console: 1,
  processor: 2,
  jobs: 3,
  reconciler: 4,
  sink: 5,
  mns: 6,
  clickhouse: 7,
};

/** The port that Prometheus exporters of OpenTelemetry take by default. */
export const defaultMetricsPort = 9464;

/** `METRICS_PORT` of a role that `up` starts, where it is set. */
export const metricsPortUnderUp = (role: RoleName, metricsPort: number): number => metricsPort + places[role];

/**
 * Where the role of this process serves. A port that no setting names may be taken, by another instance or another
 * `up`: then there are no metrics, and that is all.
 */
export function metricsPortOf(role: RoleName, settings: AnyRoleSettings): { port: number; mustBeFree: boolean } {
  const { METRICS_PORT: set } = settings;
  return set === undefined
    ? { port: metricsPortUnderUp(role, defaultMetricsPort), mustBeFree: false }
    : { port: set, mustBeFree: true };
}
