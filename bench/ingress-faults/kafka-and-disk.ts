/** Kafka away, frozen or killed, the spool at its bound, its disk full, the ingress itself killed. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { systemClock } from '../../platform/host/index.ts';
import { callback } from '../../test/services/intake/harness.ts';
import type { ProcessOptions } from '../../test/services/intake/process.ts';
import { eventually } from '../../test/support/eventually.ts';
import type { Fault, Lane } from './lane.ts';

const perSecond = 200;
const run = promisify(execFile);

/** A fault that lasts and must not cost a single 200. */
function outage(name: string, seconds: number, begin: (lane: Lane) => unknown, end: (lane: Lane) => unknown): Fault {
  return {
    name,
    async run(lane) {
      const { port } = await lane.start();
      const stopLoad = lane.load(() => port, perSecond);
      await lane.answered(perSecond);
      await begin(lane);
      await systemClock.sleep(seconds * 1_000);
      await end(lane);
      await lane.answered(perSecond);
      await stopLoad();
      lane.require(lane.good.idsWith(200).length === lane.good.answered.size, 'not every callback was answered 200');
    },
  };
}

async function restart({ bed }: Lane): Promise<void> {
  bed.broker = await bed.broker.restart();
}

const atItsBound: Fault = {
  name: 'spool at its bound (512 KiB), Kafka frozen',
  async run(lane) {
    const { port, waitingFor } = await lane.start({ spool: { folder: lane.spoolFolder, limitBytes: 512 * 1024 } });
    const stopLoad = lane.load(() => port, perSecond);
    await lane.answered(perSecond);
    lane.bed.broker.freeze();
    await eventually(() => lane.good.idsWith(503).length >= perSecond, { timeoutMs: 60_000 });
    await eventually(() => waitingFor()?.startsWith('room in the spool') === true);
    lane.bed.broker.thaw();
    await eventually(() => waitingFor() === null, { timeoutMs: 30_000 });
    await lane.answered(perSecond);
    await stopLoad();
  },
};

const diskMb = 24;

const fullDisk: Fault = {
  name: 'disk of the spool full, Kafka frozen',
  async run(lane) {
    const disk = await smallDisk(lane);
    try {
      const { port, waitingFor } = await lane.start(disk.options);
      // Large bodies, so that the disk is full within seconds: random ones, as LevelDB compresses its tables.
      const body = (id: string) => callback(id).replace('{', `{"Extend":"${randomBytes(12_000).toString('base64')}",`);
      const stopLoad = lane.load(() => port, perSecond, { body });
      await lane.answered(perSecond);
      lane.bed.broker.freeze();
      await eventually(() => lane.good.idsWith(503).length >= perSecond, { timeoutMs: 60_000 });
      await eventually(() => waitingFor() === 'the disk of the spool');
      lane.bed.broker.thaw();
      await lane.answered(perSecond);
      await stopLoad();
      await eventually(() => waitingFor() === null, { timeoutMs: 60_000 });
    } finally {
      lane.bed.broker.thaw();
      await disk.remove();
    }
  },
};

/** A real small disk where this user may mount one, else a limit on the size of each file. */
async function smallDisk(lane: Lane): Promise<{ options: Partial<ProcessOptions>; remove: () => Promise<unknown> }> {
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${diskMb}m`, 'tmpfs', lane.spoolFolder]);
    lane.note(`a tmpfs of ${diskMb} MiB: ENOSPC`);
    return { options: {}, remove: () => run('umount', ['-l', lane.spoolFolder]) };
  } catch {
    lane.note('no right to mount a small disk: files limited to 1 MiB, EFBIG');
    return { options: { fileLimitBytes: 1024 * 1024 }, remove: async () => {} };
  }
}

const kills = 20;

const killed: Fault = {
  name: `ingress kill -9, ${kills} times, Kafka up and frozen in turns`,
  async run(lane) {
    let ingress = await lane.start();
    const { port } = ingress;
    const stopLoad = lane.load(() => port, perSecond, { attempts: 3, gapMs: 1_000 });
    for (let kill = 1; kill <= kills; kill += 1) {
      const frozen = kill % 2 === 0;
      if (frozen) lane.bed.broker.freeze();
      await lane.answered(perSecond / 2);
      await ingress.kill9();
      ingress = await lane.start({ port });
      if (!frozen) continue;
      // The new one takes over what the old one left in the spool while Kafka still stands.
      await lane.answered(perSecond / 4);
      lane.bed.broker.thaw();
    }
    await stopLoad();
  },
};

export const kafkaAndDiskFaults: readonly Fault[] = [
  outage('Kafka stopped for 60 s', 60, ({ bed }) => bed.broker.stop(), restart),
  outage('Kafka kill -9, back after 5 s', 5, ({ bed }) => bed.broker.kill9(), restart),
  outage(
    'broker frozen for 20 s (SIGSTOP)',
    20,
    ({ bed }) => bed.broker.freeze(),
    ({ bed }) => bed.broker.thaw(),
  ),
  atItsBound,
  fullDisk,
  killed,
];
