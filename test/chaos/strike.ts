import { setTimeout as passed } from 'node:timers/promises';
import type { ChaosCluster } from './cluster.ts';
import { type Fleet, type Instance, instances } from './fleet.ts';
import { kafkaApi } from './proxy.ts';
import { type Fault, type FaultKind, faultKinds, type Lane, type Schedule } from './schedule.ts';

export type Struck = Readonly<Record<FaultKind, number>>;

type Scene = { readonly cluster: ChaosCluster; readonly fleet: Fleet; readonly say: (line: string) => void };

/** Plays a schedule until the signal aborts; then every fault in progress is undone. Gives how often each kind struck. */
export async function strike(schedule: Schedule, scene: Scene, signal: AbortSignal): Promise<Struck> {
  const struck = Object.fromEntries(faultKinds.map((kind) => [kind, 0])) as Record<FaultKind, number>;
  const lane = async (name: Lane) => {
    for (const fault of schedule[name]) {
      await wait(fault.pauseMs, signal);
      if (signal.aborted) return;
      if (await strikeOnce(fault, scene, signal)) struck[fault.kind] += 1;
    }
  };
  await Promise.all([lane('processes'), lane('brokers'), lane('network')]);
  return struck;
}

/** Resolves when the fault is over; false where it found nothing to hit. */
async function strikeOnce(fault: Fault, { cluster, fleet, say }: Scene, signal: AbortSignal): Promise<boolean> {
  const { kind, holdMs, pick } = fault;
  const victim = instances[pick % instances.length] as Instance;
  const node = pick % cluster.nodes;
  const hold = () => wait(holdMs, signal);
  say(`${kind} (${kind.startsWith('broker') ? `broker ${node + 1}` : victim}, ${holdMs} ms)`);
  switch (kind) {
    case 'kill':
      await fleet.kill9Part(victim, pick);
      await hold();
      fleet.start(victim);
      return true;
    case 'freeze':
      fleet.freeze(victim, pick);
      await hold();
      fleet.thaw(victim);
      return true;
    case 'wipe':
      await fleet.kill9(victim);
      await fleet.wipe(victim, pick);
      await hold();
      fleet.start(victim);
      return true;
    case 'scale': {
      const others = instances.filter((instance) => instance !== victim);
      await Promise.all(others.map((instance) => fleet.stop(instance)));
      await hold();
      for (const instance of others) fleet.start(instance);
      return true;
    }
    case 'broker-kill':
      await cluster.kill9(node);
      await hold();
      await cluster.restart(node);
      return true;
    case 'broker-freeze':
      cluster.freeze(node);
      await hold();
      cluster.thaw(node);
      return true;
    case 'cut-all':
      return (cluster.proxy?.cutAll() ?? 0) > 0;
    case 'cut-in-transaction': {
      const apis = [kafkaApi.addOffsetsToTxn, kafkaApi.txnOffsetCommit, kafkaApi.endTxn];
      return (await cluster.proxy?.cutAt({ at: 'request', api: apis[pick % 3] ?? 0 }, holdMs)) ?? false;
    }
    case 'cut-before-response': {
      const apis = [kafkaApi.produce, kafkaApi.txnOffsetCommit, kafkaApi.endTxn];
      return (await cluster.proxy?.cutAt({ at: 'response', api: apis[pick % 3] ?? 0 }, holdMs)) ?? false;
    }
  }
}

const wait = (ms: number, signal: AbortSignal): Promise<unknown> =>
  passed(ms, undefined, { signal }).catch(() => undefined);
