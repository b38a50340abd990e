/**
 * `live2vod bench restore`: how long an instance takes until it works again, with many videos of state: from the topic
 * alone, with its stores after a clean stop, and with them after SIGKILL in the middle of its work. Times run from the start of the command, so
 * the start of Node or the JVM counts.
 */
import { IdempotentProducer } from '../connectors/kafka/index.ts';
import { systemClock } from '../platform/host/index.ts';
import { latencyTuning } from './peers/tuning.ts';
import { barChart } from './plot.ts';
import { keep, type PreparedStates, prepareStates, type StatesPlace } from './states.ts';
import { sendSteadily } from './steady.ts';
import { ourProcessor, privateMb, type Running, type Subject, streamsPeer } from './subject.ts';

export type RestoreOptions = StatesPlace & {
  /** Class path of the Kafka Streams peer; without it that side is left out. */
  readonly peer?: string;
};

export type RestoreReport = {
  /** Seconds to ready without stores. */
  readonly fullSeconds: number;
  /** Seconds to ready with the stores that a clean stop left. */
  readonly restartSeconds: number;
  /** The same after SIGKILL while it worked at 500 callbacks/s. */
  readonly afterKillSeconds: number;
  /** States per second of the full restore, without what an intact restart takes anyway. */
  readonly recordsPerSecond: number;
  /** Private memory right after the full restore, MB. */
  readonly anonMb: number;
};

export type RestoreResult = {
  readonly videos: number;
  readonly sides: Readonly<Record<string, RestoreReport>>;
  /** Restart under 5 s, after SIGKILL too; full restore at least 50,000 states/s. */
  readonly withinBudget: boolean;
  readonly svg: string;
};

/** Killed after three of four seconds of work. */
const killedAtWork = { perSecond: 500, seconds: 4, killAfterMs: 3_000 };

const budgets = { restartSeconds: 5, recordsPerSecond: 50_000 };

export async function benchRestore(options: RestoreOptions): Promise<RestoreResult> {
  const prepared = await prepareStates(options);
  const sides: Record<string, RestoreReport> = {};
  await keep(options, { ...prepared, sent: prepared.sent + killedAtWork.perSecond * killedAtWork.seconds });
  for (const subject of subjectsOf(options, prepared)) {
    const report = await measure(subject, options, prepared);
    sides[subject.name] = report;
    options.print(
      `${subject.name.padEnd(13)} full restore ${report.fullSeconds.toFixed(1)} s (${report.recordsPerSecond} states/s), ` +
        `restart ${report.restartSeconds.toFixed(1)} s, after SIGKILL ${report.afterKillSeconds.toFixed(1)} s, ${report.anonMb} MB private`,
    );
  }
  const ours = Object.values(sides)[0];
  const restarts = Math.max(ours?.restartSeconds ?? Number.NaN, ours?.afterKillSeconds ?? Number.NaN);
  return {
    videos: options.videos,
    sides,
    withinBudget:
      restarts < budgets.restartSeconds && (ours?.recordsPerSecond ?? Number.NaN) >= budgets.recordsPerSecond,
    svg: barChart({
      title: `Until it works again, ${options.videos} videos`,
      unit: 'seconds from the start of the process',
      bars: Object.entries(sides).flatMap(([name, report]) => [
        { name: `${name}: from topic`, value: report.fullSeconds },
        { name: `${name}: restart`, value: report.restartSeconds },
        { name: `${name}: after SIGKILL`, value: report.afterKillSeconds },
      ]),
    }),
  };
}

async function measure(subject: Subject, options: RestoreOptions, prepared: PreparedStates): Promise<RestoreReport> {
  const stopped = (running: Running) => running.stop('SIGTERM');
  const killed = async (running: Running) => {
    const producer = await IdempotentProducer.connect(options.kafka, { lingerMs: 5 });
    const sending = sendSteadily({ producer, prepared, topic: subject.input, ...killedAtWork });
    await systemClock.sleep(killedAtWork.killAfterMs);
    await running.stop('SIGKILL');
    await sending;
    await producer.close();
  };
  await subject.wipe();
  const full = await timed(subject, stopped);
  options.print(`${subject.name} restored in ${full.seconds.toFixed(1)} s`);
  const restart = await timed(subject, killed);
  const afterKill = await timed(subject, stopped);
  // With few videos the difference is noise.
  const restoring = full.seconds - restart.seconds > 1 ? full.seconds - restart.seconds : full.seconds;
  return {
    fullSeconds: full.seconds,
    restartSeconds: restart.seconds,
    afterKillSeconds: afterKill.seconds,
    recordsPerSecond: Math.round(options.videos / restoring),
    anonMb: full.anonMb,
  };
}

/** Starts it, waits until it works, notes its memory, and ends it. */
async function timed(
  subject: Subject,
  end: (running: Running) => Promise<void>,
): Promise<{ seconds: number; anonMb: number }> {
  const beganMs = systemClock.monotonicMs();
  const running = await subject.start();
  let anonMb = 0;
  let seconds = 0;
  try {
    await running.ready;
    seconds = Math.round(systemClock.monotonicMs() - beganMs) / 1000;
    anonMb = Math.round(await privateMb(running.pid));
  } catch (error) {
    await running.stop('SIGKILL');
    throw error;
  }
  await end(running);
  return { seconds, anonMb };
}

export function subjectsOf(options: RestoreOptions, prepared: PreparedStates): Subject[] {
  const subjects = [ourProcessor(options, prepared)];
  if (options.peer !== undefined) subjects.push(streamsPeer(options, prepared, options.peer, latencyTuning));
  return subjects;
}
