/**
 * `live2vod bench restore`: how long an instance takes until it works again, with many videos of state: from the topic
 * alone, with its stores after a clean stop, with them after SIGKILL in the middle of its work, and from a topic that has grown.
 * Restores are measured with one process, or thread of the peer, and with two: the quicker of each counts. Times run from the
 * start of the command, so the start of Node or the JVM counts.
 */
import { IdempotentProducer } from '../connectors/kafka/index.ts';
import { systemClock } from '../platform/host/index.ts';
import { type Budget, type Judged, judged, type Outcome } from './budgets.ts';
import { killedAtWork } from './loads.ts';
import { latencyTuning, withThreads } from './peers/tuning.ts';
import { barChart } from './plot.ts';
import type { Running } from './role-process.ts';
import { growStates, keep, type PreparedStates, prepareStates, type StatesPlace } from './states.ts';
import { sendSteadily } from './steady.ts';
import { ourProcessor, oursName, type Subject, streamsPeer, takenBy, theirsName } from './subject.ts';

export type RestoreOptions = StatesPlace & {
  /** Class path of the Kafka Streams peer; without it that side is left out. */
  readonly peer?: string;
};

export type RestoreReport = {
  /** Seconds to ready without stores. */
  readonly fullSeconds: number;
  /** Seconds to ready with the stores that a clean stop left. */
  readonly restartSeconds: number;
  /** The same after SIGKILL while it worked at 500 callbacks/s. Only of one process. */
  readonly afterKillSeconds?: number;
  /** States per second of the full restore, without what an intact restart takes anyway. */
  readonly recordsPerSecond: number;
  /** Private memory right after the full restore, MB. */
  readonly anonMb: number;
  /** Seconds to ready without stores, from a topic in which every second video has a further state; and records per second. */
  readonly grownSeconds: number;
  readonly grownRecordsPerSecond: number;
};

export type RestoreResult = Outcome & {
  readonly videos: number;
  readonly sides: Readonly<Record<string, RestoreReport>>;
  readonly budgets: readonly Judged[];
};

const mostRestartSeconds = 5;
const leastOfTheirs = 0.7;

export async function benchRestore(options: RestoreOptions): Promise<RestoreResult> {
  const sent = killedAtWork.perSecond * killedAtWork.seconds;
  const prepared = await prepareStates(options, sent);
  const sides: Record<string, RestoreReport> = {};
  await keep(options, { ...prepared, sent: prepared.sent + sent });
  const fresh = new Map<Subject, OnFresh>();
  for (const subject of subjectsOf(options, prepared)) fresh.set(subject, await measure(subject, options, prepared));
  for (const subject of twofold(options, prepared)) fresh.set(subject, await measureFull(subject, options));
  const { records } = await growStates(options, prepared);
  options.print(`every second video has a further state: ${records} records in the topic`);
  for (const [subject, before] of fresh) {
    await subject.wipe();
    const grown = await timed(subject, stopped);
    const report = {
      ...before,
      grownSeconds: grown.seconds,
      grownRecordsPerSecond: Math.round(records / restoringSeconds(grown.seconds, before.restartSeconds)),
    };
    sides[subject.name] = report;
    options.print(
      `${subject.name.padEnd(13)} full restore ${report.fullSeconds.toFixed(1)} s (${report.recordsPerSecond} states/s), ` +
        `of the grown topic ${report.grownSeconds.toFixed(1)} s (${report.grownRecordsPerSecond} records/s), ` +
        `restart ${report.restartSeconds.toFixed(1)} s, ${report.anonMb} MB private` +
        (report.afterKillSeconds === undefined ? '' : `, after SIGKILL ${report.afterKillSeconds.toFixed(1)} s`),
    );
  }
  return {
    videos: options.videos,
    sides,
    ...judged(restoreBudgets(sides), options.print),
    svg: barChart({
      title: `Until it works again, ${options.videos} videos`,
      unit: 'seconds from the start of the process',
      bars: Object.entries(sides).flatMap(([name, report]) => [
        { name: `${name}: from topic`, value: report.fullSeconds },
        { name: `${name}: grown topic`, value: report.grownSeconds },
        { name: `${name}: restart`, value: report.restartSeconds },
        ...(report.afterKillSeconds === undefined
          ? []
          : [{ name: `${name}: after SIGKILL`, value: report.afterKillSeconds }]),
      ]),
    }),
  };
}

/** Restores in front of Kafka Streams, both with their best number of processes or threads. */
export function restoreBudgets(sides: RestoreResult['sides']): Budget[] {
  const [ours, theirs] = [sides[oursName], sides[theirsName]];
  const restart = (name: string, of: 'restartSeconds' | 'afterKillSeconds'): Budget => {
    return { name, value: ours?.[of] ?? Number.NaN, unit: 's', most: mostRestartSeconds };
  };
  const best = (of: 'recordsPerSecond' | 'grownRecordsPerSecond', whose: string) =>
    Math.max(...Object.entries(sides).flatMap(([name, report]) => (name.startsWith(whose) ? [report[of]] : [])));
  const budgets: Budget[] = [
    restart('restart with intact stores', 'restartSeconds'),
    restart('restart after SIGKILL', 'afterKillSeconds'),
  ];
  if (theirs === undefined) return budgets;
  const against = (name: string, of: 'recordsPerSecond' | 'grownRecordsPerSecond'): Budget => {
    const value = best(of, oursName) / best(of, theirsName);
    return { name: `${name} / Kafka Streams, records/s`, value, least: leastOfTheirs };
  };
  return [
    ...budgets,
    against('full restore', 'recordsPerSecond'),
    against('full restore of a grown topic', 'grownRecordsPerSecond'),
  ];
}

type OnFresh = Omit<RestoreReport, 'grownSeconds' | 'grownRecordsPerSecond'>;

/** Without what a start takes anyway; with few videos the difference is noise. */
const restoringSeconds = (full: number, restart: number): number => (full - restart > 1 ? full - restart : full);

async function measure(subject: Subject, options: RestoreOptions, prepared: PreparedStates): Promise<OnFresh> {
  const killed = async (running: Running) => {
    const producer = await IdempotentProducer.connect(options.kafka, { lingerMs: 5 });
    const sending = sendSteadily({ producer, prepared, topic: subject.input, ...killedAtWork });
    await systemClock.sleep(killedAtWork.killAfterMs);
    await running.stop('SIGKILL');
    await sending;
    await producer.close();
  };
  const full = await measureFull(subject, options, killed);
  const afterKill = await timed(subject, stopped);
  return { ...full, afterKillSeconds: afterKill.seconds };
}

/** Restores it from the topic, and starts it once more; then ends it so. */
async function measureFull(subject: Subject, { videos, print }: RestoreOptions, end = stopped): Promise<OnFresh> {
  await subject.wipe();
  const full = await timed(subject, stopped);
  print(`${subject.name} restored in ${full.seconds.toFixed(1)} s`);
  const restart = await timed(subject, end);
  return {
    fullSeconds: full.seconds,
    restartSeconds: restart.seconds,
    recordsPerSecond: Math.round(videos / restoringSeconds(full.seconds, restart.seconds)),
    anonMb: full.anonMb,
  };
}

const stopped = (running: Running): Promise<unknown> => running.stop('SIGTERM');

/** Starts it, waits until it works, notes its memory, and ends it. */
async function timed(
  subject: Subject,
  end: (running: Running) => Promise<unknown>,
): Promise<{ seconds: number; anonMb: number }> {
  const beganMs = systemClock.monotonicMs();
  const running = await subject.start();
  let anonMb = 0;
  let seconds = 0;
  try {
    await running.ready;
    seconds = Math.round(systemClock.monotonicMs() - beganMs) / 1000;
    anonMb = Math.round((await takenBy(running.pid)).anonMb);
  } catch (error) {
    await running.stop('SIGKILL');
    throw error;
  }
  await end(running);
  return { seconds, anonMb };
}

/** Both sides with two processes or threads. */
function twofold(options: RestoreOptions, prepared: PreparedStates): Subject[] {
  const subjects = [ourProcessor(options, prepared, 2)];
  const { peer } = options;
  if (peer !== undefined) subjects.push(streamsPeer(options, prepared, peer, withThreads(latencyTuning, 2)));
  return subjects;
}

/** Both sides with one process or thread. */
export function subjectsOf(options: RestoreOptions, prepared: PreparedStates): Subject[] {
  const subjects = [ourProcessor(options, prepared)];
  if (options.peer !== undefined) subjects.push(streamsPeer(options, prepared, options.peer, latencyTuning));
  return subjects;
}
