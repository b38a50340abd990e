/**
 * The long lane of the chaos suite: runs seeds one after the other and prints a table of faults and differences.
 * `node bench/chaos.ts [--brokers 1|3] [--outage SECONDS]`; `LIVE2VOD_CHAOS_SECONDS` under fire each (default 40),
 * `LIVE2VOD_CHAOS_SEEDS` comma separated (default 1 to 10), `LIVE2VOD_CHAOS_PROCESSES` of each of the three instances
 * (default 2). `--outage` has one fault only: the broker is gone that long. Exit code 1 where anything differs; the folder
 * with logs and stores of such a run is kept and named.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureJars, freePorts, startRegistry } from '../local/index.ts';
import { chaosTable } from '../test/chaos/report.ts';
import { type ChaosReport, runChaos } from '../test/chaos/run.ts';

const { values } = parseArgs({ options: { brokers: { type: 'string' }, outage: { type: 'string' } } });
const nodes = values.brokers === '3' ? 3 : 1;
const seconds = Number(process.env.LIVE2VOD_CHAOS_SECONDS ?? 40);
const seeds = (process.env.LIVE2VOD_CHAOS_SEEDS ?? '1,2,3,4,5,6,7,8,9,10').split(',').map(Number);
const processes = Number(process.env.LIVE2VOD_CHAOS_PROCESSES ?? 2);
const outage =
  values.outage === undefined
    ? undefined
    : [{ kind: 'broker-kill', pauseMs: 5_000, holdMs: Number(values.outage) * 1000, pick: 0 } as const];

const jars = await ensureJars({ folder: join(resolve(process.env.LIVE2VOD_HOME ?? '.live2vod'), 'jars') });
const root = await mkdtemp(join(tmpdir(), 'live2vod-chaos-'));
const [port = 0] = await freePorts(1);
const folderOfRegistry = join(root, 'registry');
const registry = await startRegistry({ jars: jars.registry, byteman: jars.kafka, folder: folderOfRegistry, port });
const reports: ChaosReport[] = [];
try {
  for (const seed of seeds) {
    const folder = join(root, `seed-${seed}`);
    const report = await runChaos({
      seed,
      seconds: outage ? Math.max(seconds, Number(values.outage) + 15) : seconds,
      nodes,
      processes,
      jars: jars.kafka,
      registryUrl: registry.registryUrl,
      folder,
      ...(outage ? { schedule: { processes: [], brokers: outage, network: [] } } : {}),
      say: (line) => console.log(`seed ${seed}: ${line}`),
    });
    reports.push(report);
    console.log([...report.answers].map(([answer, count]) => `  ${count} × ${answer}`).join('\n'));
    if (outage) for (const line of report.readiness) console.log(`  ${line}`);
    for (const line of report.differences.slice(0, 20)) console.log(`  DIFFERENT: ${line}`);
    if (report.differences.length === 0) await rm(folder, { recursive: true, force: true });
    else console.log(`  kept: ${folder}`);
  }
} finally {
  await registry.stop();
  console.log(chaosTable(reports));
}
if (reports.some((report) => report.differences.length > 0)) process.exitCode = 1;
else await rm(root, { recursive: true, force: true });
