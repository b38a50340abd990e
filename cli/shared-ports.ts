/** Ports of one command that meet: told before anything starts, with both settings' names. */
import type { RoleName } from '../schemas/role-settings.ts';
import type { Settings } from '../schemas/settings.ts';
import { CommandFault, exitCode } from './exit.ts';
import { metricsPortUnderUp } from './roles/metrics-port.ts';

/** One port that is to be listened on, and the setting that says so. */
export type PortUse = { readonly setting: string; readonly host: string; readonly port: number };

const loopback = '127.0.0.1';

/** Of the embedded stack, as far as it is ours to start. */
export function portsOfStack(
  settings: Pick<Settings, 'KAFKA_PORT' | 'REGISTRY_PORT'>,
  embedded = { kafka: true, registry: true },
): PortUse[] {
  const { KAFKA_PORT: kafka, REGISTRY_PORT: registry } = settings;
  return [
    ...(embedded.kafka
      ? [
          { setting: 'KAFKA_PORT', host: loopback, port: kafka },
          { setting: 'KAFKA_PORT + 1 (its controller)', host: loopback, port: kafka + 1 },
        ]
      : []),
    ...(embedded.registry ? [{ setting: 'REGISTRY_PORT', host: loopback, port: registry }] : []),
  ];
}

/** Of the roles that `up` starts. */
export function portsOfRoles(settings: Settings, roles: readonly RoleName[]): PortUse[] {
  const own: Partial<Record<RoleName, PortUse>> = {
    ingress: { setting: 'INGRESS_PORT', host: settings.INGRESS_BIND, port: settings.INGRESS_PORT },
    console: { setting: 'CONSOLE_PORT', host: settings.CONSOLE_BIND, port: settings.CONSOLE_PORT },
    clickhouse: { setting: 'CLICKHOUSE_PORT', host: loopback, port: settings.CLICKHOUSE_PORT },
  };
  const { METRICS_PORT: first, METRICS_BIND: host } = settings;
  const metrics =
    first === undefined
      ? []
      : roles.map((role) => {
          const port = metricsPortUnderUp(role, first);
          return { setting: `METRICS_PORT${port === first ? '' : ` + ${port - first}`} (of ${role})`, host, port };
        });
  return [...roles.flatMap((role) => own[role] ?? []), ...metrics];
}

/** @throws CommandFault one line with the two settings that name one port on one address */
export function refuseSharedPorts(uses: readonly PortUse[]): void {
  for (const [index, one] of uses.entries()) {
    const other = uses.slice(0, index).find((before) => before.port === one.port && meet(before.host, one.host));
    if (other === undefined) continue;
    throw new CommandFault(
      `${other.setting} and ${one.setting} both name port ${one.port}: set one of them to another port`,
      exitCode.configuration,
    );
  }
}

const everywhere: readonly string[] = ['0.0.0.0', '::'];
const meet = (one: string, other: string) => one === other || [one, other].some((host) => everywhere.includes(host));
