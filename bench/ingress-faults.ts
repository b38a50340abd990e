/**
 * `live2vod bench ingress-faults`: every fault that the ingress has to stand, each on a real broker and under load, as a
 * table. The senders keep their own account of every request; what Kafka holds in the end is compared with it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureJars, freePorts, startBroker } from '../local/index.ts';
import { hostileFaults } from './ingress-faults/hostile.ts';
import { kafkaAndDiskFaults } from './ingress-faults/kafka-and-disk.ts';
import { type Bed, type FaultRow, runFault } from './ingress-faults/lane.ts';
import { restartFaults } from './ingress-faults/restarts.ts';

export type IngressFaultsOptions = {
  /** Folder of the jars. */
  readonly jars: string;
  /** Only so many faults, the quick ones first. Default all. */
  readonly faults?: number;
  readonly print: (line: string) => void;
};

export type IngressFaultsResult = { readonly rows: readonly FaultRow[]; readonly passed: boolean };

export async function ingressFaults({ jars, faults, print }: IngressFaultsOptions): Promise<IngressFaultsResult> {
  const folder = await mkdtemp(join(tmpdir(), 'live2vod-faults-'));
  const { kafka } = await ensureJars({ folder: jars, onProgress: print });
  const [port = 0, controllerPort = 0] = await freePorts(2);
  const bed: Bed = {
    folder,
    broker: await startBroker({ jars: kafka, folder: join(folder, 'broker'), port, controllerPort }),
  };
  const rows: FaultRow[] = [];
  try {
    for (const fault of [...restartFaults, ...hostileFaults, ...kafkaAndDiskFaults].slice(0, faults)) {
      print(`${fault.name} …`);
      const row = await runFault(fault, bed);
      rows.push(row);
      for (const what of row.wrong) print(`  WRONG: ${what}`);
    }
  } finally {
    bed.broker.thaw();
    await bed.broker.stop();
    await rm(folder, { recursive: true, force: true });
  }
  const passed = rows.every((row) => row.wrong.length === 0);
  for (const line of faultTable(rows)) print(line);
  print(passed ? 'nothing lost, nothing forged' : 'SOMETHING IS WRONG: see above');
  return { rows, passed };
}

/** As Markdown. */
export function faultTable(rows: readonly FaultRow[]): string[] {
  const head = [
    'fault',
    'sent',
    '200',
    'otherwise',
    'in Kafka',
    'lost',
    'forged found',
    'p99 ms',
    'slowest ms',
    'spool high-water',
    'not ready for',
    'note',
  ];
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [
    line(head),
    line(head.map(() => '---')),
    ...rows.map((row) =>
      line([
        row.fault,
        row.sent,
        row.answered200,
        Object.entries(row.otherwise)
          .map(([answer, count]) => `${answer}: ${count}`)
          .join(', ') || '–',
        row.inKafka,
        row.lost,
        row.forgedFound,
        row.p99Ms,
        row.slowestMs,
        row.spoolHighWaterBytes === 0 ? '–' : `${Math.ceil(row.spoolHighWaterBytes / 1024)} KiB`,
        row.notReady.join(', ') || '–',
        [row.note, ...row.wrong.map((what) => `WRONG: ${what}`)].filter(Boolean).join('; ') || '–',
      ]),
    ),
  ];
}
