/**
 * A process of its own for the embedded ClickHouse: `node role-main.ts <folder> <port> [host]`. Says
 * `listening <url>` on stdout when it answers; ends on SIGTERM, SIGINT, or when its parent closes its stdin.
 */
import { createLogger } from '../../platform/telemetry/index.ts';
import { startClickhouseRole } from './server.ts';

const [folder, port, host] = process.argv.slice(2);
if (folder === undefined || port === undefined) throw new TypeError('usage: role-main.ts <folder> <port> [host]');

const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
process.once('SIGINT', () => stop.abort());
process.stdin.once('end', () => stop.abort()).resume();

const log = createLogger('clickhouse', 'warn');
try {
  await startClickhouseRole({
    folder,
    port: Number(port),
    ...(host === undefined ? {} : { host }),
    log,
    signal: stop.signal,
    onReady: (url) => process.stdout.write(`listening ${url}\n`),
  });
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
