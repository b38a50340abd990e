import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { buildApp } from './api/app.ts';
import { createGate } from './api/gate.ts';
import { RecordConfigs } from './api/live/record-configs.ts';
import { Recorder } from './api/live/recorder.ts';
import { Mishaps } from './api/mishaps.ts';
import { createThrottle } from './api/throttle.ts';
import { cdnPath } from './cdn/routes.ts';
import { systemClock } from './clock.ts';
import { Cloud } from './cloud/cloud.ts';
import { subscribedChannel } from './delivery/channel.ts';
import { createCourier } from './delivery/courier.ts';
import { createLiveNotifier } from './delivery/live-notifier.ts';
import { type RecordNotification, RecordNotifications } from './delivery/record-notifications.ts';
import { type Subscription, Subscriptions } from './delivery/subscription.ts';
import { type KnobChanges, turned } from './knobs.ts';
import { Journal, ledgerOf } from './ledger/index.ts';
import { Queues } from './mns/queues.ts';
import type { Emulator, EmulatorOptions, Progress } from './options.ts';
import { Plays } from './plays.ts';
import { builtInTemplateGroups } from './scenario/templates.ts';

const defaultKey = { accessKeyId: 'emulator', accessKeySecret: 'emulator-secret' };

/**
 * Starts an ApsaraVideo cloud on localhost. See docs/emulator.md for its APIs, its clock and its ledger.
 * @throws an Error with code `EADDRINUSE` where the port is taken.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const clock = options.clock ?? systemClock;
  const seed = options.seed ?? 1;
  const homeRegion = options.homeRegion ?? 'cn-shanghai';
  const regionPorts = Object.entries(options.regionPorts ?? {});
  let current = turned(null, options.knobs ?? {});
  const knobs = () => current;
  const keys = () => options.accessKeys ?? [defaultKey];
  const waiters = new Set<{ readonly jobs: boolean; readonly resolve: () => void }>();

  const stopping = new AbortController();
  const queues = new Queues(clock, () => wake());
  if (options.queue !== undefined) queues.create(options.queue);
  const subscriptions = new Subscriptions(subscriptionOf(options));
  const deliverTo = (url: string) => (url === options.callbackUrl ? (options.deliverTo ?? url) : url);
  const channel = subscribedChannel({ clock, knobs, subscriptions, queues, deliverTo, signal: stopping.signal });
  const wants = (eventType: string) => subscriptions.wants(eventType);
  const courier = createCourier({ seed, clock, knobs, channel, wants, onSettled: () => wake() });
  const templateGroups = [...builtInTemplateGroups, ...(options.templateGroups ?? [])];
  const recordNotifications = new RecordNotifications(recordNotificationOf(options));
  const notifier = createLiveNotifier({
    ...{ seed, clock, knobs, signal: stopping.signal, onSettled: () => wake() },
    notifications: recordNotifications,
  });
  const cloud = new Cloud({
    ...{ seed, clock, templateGroups, courier, knobs, homeRegion },
    callbackUrlOf: (region) => options.regionCallbackUrls?.[region] ?? null,
    onProgress: () => wake(),
  });
  const recordConfigs = new RecordConfigs();
  const recorder = new Recorder(cloud, notifier);
  const plays = new Plays(cloud, recordConfigs, notifier, seed);
  const journal = new Journal();
  const mishaps = new Mishaps(seed, knobs);

  const pending = () => cloud.agenda.pending + courier.pending + notifier.pending + queues.size;
  const progress = (): Progress => ({
    planned: courier.deliveries.length + cloud.agenda.pendingCallbacks,
    occurred: courier.deliveries.length,
    settled: courier.deliveries.filter((delivery) => delivery.settled).length,
    pending: pending(),
    awaitingTranscode: cloud.awaitingTranscode(),
    done: pending() === 0,
  });
  const wake = () => {
    if (waiters.size === 0 || pending() > 0) return;
    const jobs = cloud.awaitingTranscode() > 0;
    for (const waiter of waiters) {
      if (waiter.jobs && jobs) continue;
      waiters.delete(waiter);
      waiter.resolve();
    }
  };

  const control: Omit<Emulator, 'url' | 'regionUrls' | 'stop'> = {
    play: (wanted = {}) => plays.start(wanted),
    addVideo: (wanted = {}) => plays.upload(wanted),
    progress,
    whenQuiet: ({ jobs = false } = {}) =>
      new Promise((resolve) => {
        waiters.add({ jobs, resolve });
        wake();
      }),
    ledger: () => ledgerOf(cloud, journal, courier.deliveries, notifier.notices),
    knobs,
    turn: (changes: KnobChanges) => {
      current = turned(current, changes);
      return current;
    },
    misbehave: (action, next) => mishaps.order(action, next),
  };

  const rpc = {
    gate: createGate(clock, keys),
    mayPass: createThrottle(clock, knobs),
    mishaps,
  };
  const apps: FastifyInstance[] = [];
  const stop = async () => {
    cloud.agenda.stop();
    recorder.close();
    courier.stop();
    notifier.stop();
    stopping.abort();
    queues.close();
    for (const app of apps) await app.close();
  };
  async function listen(region: string | null, port: number): Promise<string> {
    const playUrl = () => options.playUrl ?? `${urlOf(app.server.address() as AddressInfo)}${cdnPath}`;
    const told = { subscriptions, recordNotifications };
    const context = { cloud, clock, journal, knobs, ...told, recordConfigs, recorder, region, playUrl };
    const mns = { queues, clock, keys, longPolls: () => knobs().queueLongPolls };
    const app: FastifyInstance = buildApp({ rpc: { ...rpc, context }, mns, control, cdn: { cloud, clock, knobs } });
    apps.push(app);
    await app.listen({ host: options.host ?? '127.0.0.1', port });
    return urlOf(app.server.address() as AddressInfo);
  }
  try {
    const url = await listen(regionPorts.length === 0 ? null : homeRegion, options.port ?? 8090);
    const regionUrls: Record<string, string> = {};
    for (const [region, port] of regionPorts) regionUrls[region] = await listen(region, port);
    return { ...control, url, regionUrls, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function urlOf({ address, family, port }: AddressInfo): string {
  // Of every address of the machine, one that a client on it reaches.
  if (address === '0.0.0.0' || address === '::') return `http://127.0.0.1:${port}`;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

/** The callback configuration that the options ask for: a queue, else an address, else none. */
function subscriptionOf(options: EmulatorOptions): Subscription | null {
  const { callbackUrl, callbackKey, queue } = options;
  if (!callbackUrl && queue === undefined) return null;
  return {
    callbackType: queue === undefined ? 'HTTP' : 'MNS',
    callbackUrl: callbackUrl ?? '',
    authSwitch: callbackKey ? 'on' : 'off',
    authKey: callbackKey ?? '',
    eventTypes: ['ALL'],
    mnsEndpoint: queue === undefined ? '' : 'http://emulator.mns.cn-shanghai.aliyuncs.com',
    mnsQueueName: queue ?? '',
  };
}

/** What every domain has of its own record callbacks, as the options ask for it. */
function recordNotificationOf({ liveCallbackUrl, liveCallbackKey }: EmulatorOptions): RecordNotification | null {
  if (!liveCallbackUrl) return null;
  const auth = { notifyReqAuth: Boolean(liveCallbackKey), notifyAuthKey: liveCallbackKey ?? '' };
  return { notifyUrl: liveCallbackUrl, onDemandUrl: '', needStatusNotify: true, ...auth };
}
