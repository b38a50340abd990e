import type { Cloud } from '../../cloud/cloud.ts';
import type { LiveNotifier, LiveRecordEvent } from '../../delivery/live-notifier.ts';
import type { RecordingProfile } from '../../scenario/practice.ts';
import { recordedFiles } from '../../scenario/recorded-files.ts';
import { planRecorded } from '../../scenario/show.ts';
import { ApiFault } from '../errors.ts';

type Recording = {
  readonly profile: RecordingProfile;
  readonly streamName: string;
  readonly startMs: number;
  /** Null while it goes on. */
  stoppedMs: number | null;
  /** Ends the wait for the stream to come back. */
  cancel: () => void;
};

const fault = (code: string, message: string) => new ApiFault(code, 400, message);

/**
 * Recordings by command (cloud facts 4.8), by the wall clock. A stop makes the file once the disconnect delay is over,
 * `cancel_delay` makes it at once; what follows is as in any show: composition and transcodes by the configuration.
 */
export class Recorder {
  readonly #cloud: Cloud;
  readonly #notifier: LiveNotifier;
  readonly #recordings = new Map<string, Recording>();

  constructor(cloud: Cloud, notifier: LiveNotifier) {
    this.#cloud = cloud;
    this.#notifier = notifier;
  }

  start(profile: RecordingProfile, streamName: string): void {
    const key = keyOf(profile, streamName);
    if (this.#recordings.has(key)) throw fault('TaskAlreadyStarted', 'The recording has been started already.');
    this.#begin(key, profile, streamName);
  }

  stop(profile: RecordingProfile, streamName: string): void {
    const key = keyOf(profile, streamName);
    const recording = this.#recordings.get(key);
    if (!recording || recording.stoppedMs !== null) throw fault('TaskNotStarted', 'No recording is going on.');
    recording.stoppedMs = this.#second();
    this.#tell(recording, 'record_paused');
    const { disconnectDelaySeconds } = recording.profile;
    recording.cancel = this.#cloud.clock.after(disconnectDelaySeconds * 1000, () => this.#finish(key, recording));
  }

  cancelDelay(profile: RecordingProfile, streamName: string): void {
    const key = keyOf(profile, streamName);
    const recording = this.#recordings.get(key);
    if (!recording || recording.stoppedMs === null)
      throw fault('TaskNotStopped', 'The recording has not been stopped.');
    this.#finish(key, recording);
  }

  restart(profile: RecordingProfile, streamName: string): void {
    const key = keyOf(profile, streamName);
    const recording = this.#recordings.get(key);
    if (!recording) throw fault('TaskNotStarted', 'No recording is going on.');
    if (recording.stoppedMs === null) this.#tell(recording, 'record_paused');
    this.#finish(key, recording);
    this.#begin(key, profile, streamName);
  }

  /** Nothing is waited for any more. */
  close(): void {
    for (const { cancel } of this.#recordings.values()) cancel();
  }

  #begin(key: string, profile: RecordingProfile, streamName: string): void {
    const recording = { profile, streamName, startMs: this.#second(), stoppedMs: null, cancel: () => {} };
    this.#recordings.set(key, recording);
    this.#tell(recording, 'record_started');
  }

  #tell({ profile: { domainName, appName }, streamName }: Recording, event: LiveRecordEvent): void {
    this.#notifier.tell({ domainName, appName, streamName }, event, this.#second());
  }

  #finish(key: string, recording: Recording): void {
    recording.cancel();
    this.#recordings.delete(key);
    const { profile, streamName, startMs } = recording;
    const cloud = this.#cloud;
    // A file has at least a second.
    const endMs = Math.max(startMs + 1000, recording.stoppedMs ?? this.#second());
    const composedBy = profile.autoCompose ? ('cloud' as const) : ('nobody' as const);
    const cast = { profile, composedBy, practice: null, story: null, name: streamName, endedBy: 'command' } as const;
    const settings = { groupOf: (id: string) => cloud.groupOf(id), faults: cloud.knobs(), composeLimit: 40 };
    const rng = cloud.chance('command', key, startMs);
    const show = planRecorded(rng, settings, { ...cast, pushes: [{ startMs, endMs, stopped: true }] });
    const nowMs = this.#second();
    for (const { file } of recordedFiles(show)) this.#notifier.tell(show.stream, file, nowMs);
    const compression = cloud.knobs().jobCompression ?? 1;
    cloud.addShow(show, { cloudMs: endMs, wallMs: cloud.clock.now(), compression });
  }

  /** Cloud times have whole seconds. */
  #second(): number {
    return Math.floor(this.#cloud.clock.now() / 1000) * 1000;
  }
}

function keyOf({ domainName, appName }: RecordingProfile, streamName: string): string {
  return JSON.stringify([domainName, appName, streamName]);
}
