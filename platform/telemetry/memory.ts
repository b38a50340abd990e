import { Gauge, type Registry } from 'prom-client';
import { privateBytesOf } from '../host/index.ts';
import { metricCatalogue } from './catalogue.ts';

/**
 * Adds a gauge of what processes take of private memory, all together, read at each scrape. One that is gone takes none.
 * Where the host doesn't say it (it is no Linux) there is no such gauge.
 */
export function measureMemory(
  registry: Registry,
  name: 'live2vod_process_private_memory_bytes' | 'live2vod_role_private_memory_bytes',
  pids: () => Iterable<number>,
): void {
  if (privateBytesOf(process.pid) === null) return;
  new Gauge({
    name,
    help: metricCatalogue[name].help,
    registers: [registry],
    collect() {
      this.set([...pids()].reduce((sum, pid) => sum + (privateBytesOf(pid) ?? 0), 0));
    },
  });
}
