/** What a deploy and a rotation of the key cost: nothing. */

import { freePorts } from '../../local/index.ts';
import { systemClock } from '../../platform/host/index.ts';
import { endpoint, signed } from '../../test/services/intake/harness.ts';
import type { IngressProcess, ProcessOptions } from '../../test/services/intake/process.ts';
import type { Fault, Lane } from './lane.ts';

const perSecond = 200;
const restarts = 5;

/** Three attempts, a second apart (cloud facts 1.5). */
const asTheCloud = { attempts: 3, gapMs: 1_000 } as const;

const allAnswered200 = ({ good }: Lane) => good.idsWith(200).length === good.answered.size;

/**
 * A client may send on a kept connection at the moment at which the server that stops closes it: no server can prevent
 * that, and the next attempt arrives.
 */
function noteAttempts({ good, note }: Lane): void {
  const causes = [...good.causes].map(([cause, count]) => `${count} × ${cause}`);
  note(
    `${good.attempts} attempts for ${good.answered.size} callbacks${causes.length > 0 ? `: ${causes.join(', ')}` : ''}`,
  );
}

/** Starts the next ingress on the same port, then stops the one before. */
async function handOver(
  lane: Lane,
  old: IngressProcess | null,
  options: Partial<ProcessOptions>,
): Promise<IngressProcess> {
  const next = await lane.start({ reusePort: true, lameDuckMs: 500, ...options });
  await lane.answered(perSecond / 2);
  if (old !== null) lane.require((await old.stop()) === 0, 'an ingress did not end with exit code 0');
  return next;
}

const rolling: Fault = {
  name: `rolling restart, ${restarts} times, two ingresses on one port`,
  async run(lane) {
    const [port = 0] = await freePorts(1);
    let ingress = await lane.start({ port, reusePort: true, lameDuckMs: 500 });
    const stopLoad = lane.load(() => port, perSecond, asTheCloud);
    for (let count = 0; count < restarts; count += 1) {
      await lane.answered(perSecond);
      ingress = await handOver(lane, ingress, { port });
    }
    await stopLoad();
    noteAttempts(lane);
    lane.require(allAnswered200(lane), 'the restarts cost a callback');
  },
};

const rotation: Fault = {
  name: 'two keys in rotation: ring [old], [new, old], [new]',
  async run(lane) {
    const [port = 0] = await freePorts(1);
    const ring = (...keys: string[]) => ({ port, endpoints: [{ ...endpoint, keys }] });
    let key = 'OldKey456';
    const gone = lane.sender('gone');
    let ingress = await lane.start({ ...ring('OldKey456'), reusePort: true, lameDuckMs: 500 });
    const stopLoad = lane.load(() => port, perSecond, { ...asTheCloud, headers: () => signed(endpoint, 0, key) });
    await lane.answered(perSecond);
    ingress = await handOver(lane, ingress, ring('NewKey123', 'OldKey456'));
    await lane.answered(perSecond);
    // The cloud is told; what it signed with the old key is still on its way.
    key = 'NewKey123';
    await lane.answered(perSecond);
    await handOver(lane, ingress, ring('NewKey123'));
    for (let count = 0; count < 100; count += 1) {
      await gone.deliver(port, { headers: () => signed(endpoint, 0, 'OldKey456') });
    }
    await systemClock.sleep(500);
    await stopLoad();
    lane.note('then 100 with the old key');
    noteAttempts(lane);
    lane.require(gone.idsWith(403).length === 100, 'the old key was still accepted at the end');
    lane.require(allAnswered200(lane), 'the rotation cost a callback');
  },
};

export const restartFaults: readonly Fault[] = [rolling, rotation];
