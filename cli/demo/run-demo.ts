/**
 * The whole product on one machine: emulated cloud → ingress → Kafka → processors → jobs → ClickHouse → console. Plays
 * the four practices and stories beside them, and then holds what the pipeline says against what the cloud knows.
 */

import { connectRegistry } from '../../connectors/avro/index.ts';
import { connectClickhouse, latencyReport } from '../../connectors/clickhouse/index.ts';
import {
  type Emulator,
  type Ledger,
  type PlaySummary,
  type Practice,
  practices,
  type StoryName,
  startEmulator,
} from '../../emulator/index.ts';
import { counted } from '../../platform/counted.ts';
import { memoryOf, systemClock } from '../../platform/host/index.ts';
import { urlAt } from '../../schemas/address.ts';
import type { SessionState } from '../../schemas/generated/SessionState.ts';
import type { VideoState } from '../../schemas/generated/VideoState.ts';
import { endpointsOf, kafkaSettingsOf, topicNamer } from '../endpoints.ts';
import { readConfiguration } from '../environment.ts';
import { namingPort } from '../exit.ts';
import { clickhouseSettingsOf } from '../roles/analytics.ts';
import { type System, startSystem } from '../system.ts';
import { cleanUp } from './clean-up.ts';
import { compositionDifferences, type Difference, differences } from './compare.ts';
import { analyticsDifferences } from './compare-analytics.ts';
import { setUpDemo } from './configuration.ts';
import { readStates, readTopic } from './read-states.ts';
import { differenceLines, latencyTable, type PartReport, practiceTable, storyTable } from './report.ts';
import { abroad, demoStories, playStories } from './stories.ts';
import { tally } from './tally.ts';

export type DemoOptions = {
  readonly seed: number;
  /** Shows of each practice. */
  readonly shows: number;
  readonly signal: AbortSignal;
  /** One line of progress. */
  readonly say: (line: string) => void;
  /** What belongs to the result. */
  readonly print: (text: string) => void;
  /** Called when the result is printed, before everything stops; the demo goes on until it resolves. */
  readonly stay: (consoleUrl: string, token: string) => Promise<void>;
};

/** How long after the last callback the pipeline may take to catch up before a difference counts. */
const settleMs = 60_000;

/** Of the further regions, as VOD_REGION_ENDPOINTS takes them. */
function regionEndpoints({ regionUrls }: Emulator): string {
  return Object.entries(regionUrls)
    .map(([region, url]) => `${region}=${url}`)
    .join(',');
}

/** Runs the demo. Returns whether cloud, state topics and ClickHouse agree on everything. */
export async function runDemo(options: DemoOptions): Promise<boolean> {
  const { say, print, signal } = options;
  const base = readConfiguration();
  const emulatorPort = { setting: 'EMULATOR_PORT', host: '127.0.0.1', port: base.settings.EMULATOR_PORT };
  const setUp = await setUpDemo(base.settings);
  const startedAtMs = systemClock.monotonicMs();
  const elapsed = () => `${((systemClock.monotonicMs() - startedAtMs) / 1000).toFixed(0)} s`;

  try {
    const emulator = await startEmulator({
      port: base.settings.EMULATOR_PORT,
      seed: options.seed,
      callbackUrl: setUp.callbackUrl,
      regionCallbackUrls: setUp.regionCallbackUrls,
      // Each region has an endpoint of its own, as at the cloud.
      regionPorts: { [abroad.region]: 0 },
      callbackKey: setUp.callbackKey,
      accessKeys: [setUp.accessKey],
    }).catch(namingPort('EMULATOR_PORT'));
    try {
      const system = await startSystem({
        overrides: { ...setUp.overrides, VOD_REGION_ENDPOINTS: regionEndpoints(emulator) },
        quiet: true,
        say,
        signal,
        ports: [emulatorPort],
      });
      let keep = false;
      try {
        await Promise.race([system.ready(), system.supervisor.failed]);
        if (signal.aborted) return false;
        const played = [emulator.play({ shows: options.shows }), ...playStories(emulator, systemClock.now())];
        const [sessions, videos] = [total(played, 'sessions'), total(played, 'videos')];
        say(
          `ready after ${elapsed()}; playing ${counted(sessions, 'session')} with ${counted(videos, 'video')} (seed ${options.seed})`,
        );
        await Promise.race([play(emulator, options), system.supervisor.failed]);
        if (signal.aborted) return false;
        const equal = await judge(emulator, system, options);
        // A person who looks for the reason needs the records.
        keep = !equal;
        print(roleMemory(system));
        const { settings } = system.configuration;
        await Promise.race([
          options.stay(`${urlAt(settings.CONSOLE_BIND, settings.CONSOLE_PORT)}/`, settings.CONSOLE_TOKEN ?? ''),
          system.supervisor.failed,
        ]);
        return equal;
      } finally {
        say('stopping');
        await system.stop();
        const embedded = endpointsOf(system.configuration.settings).embedded.kafka;
        if (!embedded && (keep || !setUp.names.ownTopics)) say(`topics ${setUp.names.topicPrefix}* stay, to look at`);
        if (!keep) await cleanUp(system.configuration, setUp.names);
      }
    } finally {
      await emulator.stop();
    }
  } finally {
    await setUp.release();
  }
}

function total(played: readonly PlaySummary[], what: 'sessions' | 'videos'): number {
  return played.reduce((sum, one) => sum + one[what], 0);
}

/** Shows progress until the cloud has told everything, jobs and compositions that we started included. */
async function play(emulator: Emulator, { signal, say }: DemoOptions): Promise<void> {
  const told = new AbortController();
  const either = AbortSignal.any([signal, told.signal]);
  void (async () => {
    do await emulator.whenQuiet({ jobs: true });
    while (!either.aborted && (await orderIsOut(emulator, either)));
    told.abort();
  })();
  // A job that isn't started is a difference to report, not a reason to hang.
  let movedAtMs = systemClock.monotonicMs();
  let before = '';
  while (!either.aborted && systemClock.monotonicMs() - movedAtMs < settleMs) {
    await systemClock.sleep(1_000, either);
    const { planned, settled, awaitingTranscode } = emulator.progress();
    const now = `  ${settled} of ${counted(planned, 'callback')} delivered${awaitingTranscode > 0 ? `, ${counted(awaitingTranscode, 'video waits', 'videos wait')} for our job` : ''}`;
    if (now === before) continue;
    say(now);
    before = now;
    movedAtMs = systemClock.monotonicMs();
  }
  told.abort();
}

/** Whether compositions by us have still to be started; looks again in a moment. */
async function orderIsOut(emulator: Emulator, signal: AbortSignal): Promise<boolean> {
  if (compositionDifferences(emulator.ledger()).length === 0) return false;
  await systemClock.sleep(200, signal);
  return true;
}

async function judge(emulator: Emulator, system: System, options: DemoOptions): Promise<boolean> {
  const { settings } = system.configuration;
  const endpoints = endpointsOf(settings);
  const kafka = kafkaSettingsOf(settings, 'demo');
  const topic = topicNamer(settings);
  const registry = connectRegistry({ url: endpoints.registryUrl, prefix: settings.LIVE2VOD_TOPIC_PREFIX });
  const videoCodec = await registry.codec<VideoState>('video-state');
  const sessionCodec = await registry.codec<SessionState>('session-state');
  const clickhouse = connectClickhouse(clickhouseSettingsOf(settings));
  try {
    const deadline = systemClock.monotonicMs() + settleMs;
    for (;;) {
      const ledger = emulator.ledger();
      const videos = await readStates(kafka, topic('video-state'), videoCodec);
      const sessions = await readStates(kafka, topic('session-state'), sessionCodec);
      const callbacks = await readTopic(kafka, topic('callbacks'));
      const found = [
        ...differences(ledger, videos, sessions),
        ...compositionDifferences(ledger),
        ...(await analyticsDifferences(clickhouse, ledger, videos, callbacks.length)),
      ];
      if (found.length > 0 && systemClock.monotonicMs() < deadline && !options.signal.aborted) {
        options.say(`  ${counted(found.length, 'difference')} so far, the pipeline is catching up`);
        await systemClock.sleep(1_000, options.signal);
        continue;
      }
      const byApp = await latencyReport(clickhouse, { stages: ['end_to_end'], by: ['app'] });
      const partOf = partsOf(ledger);
      const reports = new Map(
        [...practices, ...demoStories].map((part): [Practice | StoryName, PartReport] => [
          part,
          {
            tally: tally((videoId) => partOf.get(videoId) === part, ledger, videos, sessions),
            endToEnd: byApp.find((row) => row.app === `practice-${part}`),
            equal: !concerns(found, partOf, part),
          },
        ]),
      );
      options.print(practiceTable(reports));
      options.print('\nBeside them, one show of each story (docs/emulator.md):');
      options.print(storyTable(demoStories, reports));
      options.print('\nLatency by stage (from ClickHouse, in the cloud’s time):');
      options.print(latencyTable(await latencyReport(clickhouse)));
      options.print(verdict(found, ledger));
      return found.length === 0;
    }
  } finally {
    await clickhouse.close();
  }
}

/** The practice or story that each video and session belongs to. */
function partsOf({ videos, sessions }: Ledger): ReadonlyMap<string, Practice | StoryName | null> {
  const ofSessions = new Map(sessions.map(({ sessionId, practice, story }) => [sessionId, practice ?? story]));
  const ofVideos = videos.map(({ videoId, sessionId }) => [videoId, ofSessions.get(sessionId ?? '') ?? null] as const);
  return new Map([...ofSessions, ...ofVideos]);
}

/** Whether a difference is about this part; those that name no entity of another concern all. */
function concerns(
  found: readonly Difference[],
  partOf: ReadonlyMap<string, Practice | StoryName | null>,
  part: Practice | StoryName,
): boolean {
  return found.some(({ entity }) => {
    const other = partOf.get(entity.slice(entity.lastIndexOf(' ') + 1)) ?? part;
    return other === part;
  });
}

function verdict(found: readonly Difference[], ledger: Ledger): string {
  const { videos, sessions, jobs, totals } = ledger;
  const held = [
    counted(videos.length, 'video'),
    counted(sessions.length, 'session'),
    counted(jobs.length, 'job'),
    `${counted(totals.distinct, 'event')} in ${counted(totals.accepted, 'copy', 'copies')}`,
  ].join(', ');
  if (found.length === 0) return `\nEqual: the cloud's ledger, the state topics and ClickHouse agree on ${held}.`;
  return [`\nDIFFERENT in ${counted(found.length, 'place')} (${held}):`, ...differenceLines(found, 20)].join('\n');
}

function roleMemory(system: System): string {
  const parts: [string, number | undefined][] = [
    ...system.supervisor.pids(),
    ['broker', system.stack?.broker?.identity.pid],
    ['registry', system.stack?.registry?.identity.pid],
  ];
  const lines = parts.flatMap(([name, pid]) => {
    const memory = pid === undefined ? null : memoryOf(pid);
    return memory ? [`${name} ${memory.privateMb} MB (${memory.residentMb} resident)`] : [];
  });
  return `Private memory: ${lines.join(', ')}`;
}
