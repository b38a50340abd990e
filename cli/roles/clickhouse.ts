import { startClickhouseRole } from '../../local/index.ts';
import { embeddedClickhouseFolder } from './analytics.ts';
import type { Role } from './context.ts';

/** The embedded ClickHouse, over HTTP like a server. For this machine alone, so never on another address than 127.0.0.1: docs/decisions/003. */
export const clickhouse: Role<'clickhouse'> = async ({ configuration, log, signal, waitingFor }) => {
  const { settings } = configuration;
  await startClickhouseRole({
    folder: embeddedClickhouseFolder(settings),
    port: settings.CLICKHOUSE_PORT,
    log,
    signal,
    onReady: () => waitingFor(null),
  });
};
