import type { RecordConfigs } from './api/live/record-configs.ts';
import { cloudTime } from './cloud/body.ts';
import type { Cloud } from './cloud/cloud.ts';
import type { Pace } from './cloud/pace.ts';
import type { LiveNotifier } from './delivery/live-notifier.ts';
import type { PlayOptions, PlaySummary, PushedStream, VideoOptions } from './options.ts';
import { isTold, type ShowPlan, type VideoPlan } from './scenario/fact.ts';
import { planShows } from './scenario/plan.ts';
import { practices, profiles } from './scenario/practice.ts';
import { recordedFiles } from './scenario/recorded-files.ts';
import { templateGroupIds } from './scenario/templates.ts';
import { planSnapshot } from './scenario/transcode.ts';

const twoHoursMs = 2 * 60 * 60 * 1000;

/** A stream that is to be pushed isn't recorded: nothing would come of it. */
export class NotRecorded extends Error {
  override readonly name = 'NotRecorded';
}

/** Plans shows and sets them going in a cloud. */
export class Plays {
  readonly #cloud: Cloud;
  readonly #configs: RecordConfigs;
  readonly #notifier: LiveNotifier;
  readonly #seed: number;
  readonly #takes = new Map<number, number>();
  #uploads = 0;

  /** The four practices are set up as recording configurations, which can then be changed like any other. */
  constructor(cloud: Cloud, configs: RecordConfigs, notifier: LiveNotifier, seed: number) {
    this.#cloud = cloud;
    this.#configs = configs;
    this.#notifier = notifier;
    this.#seed = seed;
    for (const profile of Object.values(profiles)) {
      configs.put({
        DomainName: profile.domainName,
        AppName: profile.appName,
        StreamName: '*',
        CycleDuration: profile.cycleSeconds,
        DelayTime: profile.disconnectDelaySeconds,
        AutoCompose: profile.autoCompose ? 'ON' : 'OFF',
        VodTranscodeGroupId: profile.recordingTemplateGroupId,
        ComposeVodTranscodeGroupId: profile.composeTemplateGroupId ?? '',
        OnDemand: 0,
        StorageLocation: '',
        RecordContent: 'raw',
        SpaceId: '',
        RecordFormatList: { RecordFormat: [] },
        TranscodeTemplates: '',
        FormatConfig: false,
        CreateTime: cloudTime(cloud.clock.now()),
      });
    }
  }

  /** Time starts at the first thing that happens, so that nothing is waited for before it. */
  start(wanted: PlayOptions): PlaySummary {
    const { clock } = this.#cloud;
    const seed = wanted.seed ?? this.#seed;
    const take = (this.#takes.get(seed) ?? 0) + 1;
    this.#takes.set(seed, take);
    const streams = (wanted.streams ?? []).map((stream) => this.#recordedBy(stream));
    const showSeconds = wanted.showSeconds ?? 10_800;
    const begins = wanted.live === true && streams.length > 0;
    const shows = planShows({
      seed,
      take,
      practices: wanted.practices ?? (wanted.stories === undefined && wanted.streams === undefined ? practices : []),
      stories: wanted.stories ?? [],
      streams,
      showsPerPractice: wanted.shows ?? 2,
      showSeconds,
      endsAtMs: wanted.endsAtMs ?? (begins ? clock.now() + showSeconds * 1000 : clock.now() - twoHoursMs),
      composeLimit: 40,
      faults: this.#cloud.knobs(),
      groupOf: (templateGroupId) => this.#cloud.groupOf(templateGroupId),
      profileOf: (practice, streamName) => {
        const { domainName, appName } = profiles[practice];
        return this.#configs.profileOf({ domainName, appName, streamName });
      },
    });
    const happenings = shows.flatMap((show) => show.happenings);
    const firstMs = happenings.reduce((first, { atMs }) => Math.min(first, atMs), Number.POSITIVE_INFINITY);
    const wallMs = clock.now();
    const pace: Pace = wanted.live
      ? { cloudMs: wallMs, wallMs, compression: 1 }
      : { cloudMs: firstMs, wallMs, compression: wanted.compression ?? 1200 };
    const { region } = wanted;
    const stored = (video: VideoPlan) => (region === undefined ? video : { ...video, region });
    if (wanted.live) for (const show of shows) this.#tellOf(show);
    for (const show of shows) this.#cloud.addShow({ ...show, videos: show.videos.map(stored) }, pace);
    return {
      playId: `${seed}-${take}`,
      seed,
      shows: shows.map(({ showId, practice, story, stream: { appName, streamName } }) => ({
        ...{ showId, practice, story, appName, streamName },
      })),
      videos: shows.reduce((sum, show) => sum + show.videos.length, 0),
      sessions: shows.reduce((sum, show) => sum + show.sessions.length, 0),
      callbacks: happenings.filter(({ fact }) => isTold(fact)).length,
    };
  }

  #recordedBy({ domainName = profiles['1'].domainName, appName, streamName }: PushedStream) {
    const profile = this.#configs.profileOf({ domainName, appName, streamName });
    if (profile === null)
      throw new NotRecorded(`no recording configuration covers ${domainName}/${appName}/${streamName}`);
    return { profile, streamName };
  }

  /** What Live itself says of it: each push, within a session, pauses and resumes the recording; and each file. */
  #tellOf(show: ShowPlan): void {
    const { stream, sessions } = show;
    for (const { file, atMs } of recordedFiles(show)) this.#notifier.tell(stream, file, atMs);
    for (const { pushes } of sessions)
      for (const [index, { startMs, endMs }] of pushes.entries()) {
        this.#notifier.tell(stream, index === 0 ? 'record_started' : 'record_resumed', startMs);
        this.#notifier.tell(stream, 'record_paused', endMs);
      }
  }

  /** An upload whose source is ready at this second of the wall clock. */
  upload({ durationSeconds = 600, title = 'upload', region }: VideoOptions): string {
    this.#uploads += 1;
    const rng = this.#cloud.chance('upload', this.#uploads);
    const videoId = `${rng.hex(28)}0102`;
    const wallMs = this.#cloud.clock.now();
    const atMs = Math.floor(wallMs / 1000) * 1000;
    const plan: VideoPlan = {
      videoId,
      kind: 'UPLOAD',
      practice: null,
      stream: null,
      sessionId: null,
      recording: null,
      title,
      sourceUrl: `http://uploads.oss-cn-shanghai.aliyuncs.com/${videoId}.mp4`,
      sizeBytes: Math.round(durationSeconds * 450_000),
      durationSeconds,
      templateGroupId: templateGroupIds.storeOnly,
      ...(region === undefined ? {} : { region }),
    };
    const pace: Pace = { cloudMs: atMs, wallMs, compression: 1 };
    this.#cloud.addVideo(plan, pace);
    this.#cloud.comeTrue({ atMs, videoId, fact: { kind: 'source-ready' } }, pace);
    // Every upload gets a cover (cloud facts 1.4.9).
    const snapshot = planSnapshot(rng, plan, 1, 'cloud');
    this.#cloud.schedule([{ atMs, videoId, fact: { kind: 'snapshot', snapshot } }], pace);
    return videoId;
  }
}
