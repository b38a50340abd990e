import type { Clock } from '../clock.ts';
import type { Courier } from '../delivery/courier.ts';
import type { Knobs } from '../knobs.ts';
import { type Rng, seeded } from '../random.ts';
import type { Happening, SessionPlan, ShowPlan, VideoPlan } from '../scenario/fact.ts';
import type { TemplateGroup } from '../scenario/templates.ts';
import { Agenda } from './agenda.ts';
import { callbackBody } from './body.ts';
import type { Pace } from './pace.ts';
import { type CloudVideo, exists, isDeleted, type RunningTask, timeOf } from './video.ts';

export type CloudOptions = {
  readonly seed: number;
  readonly clock: Clock;
  readonly templateGroups: readonly TemplateGroup[];
  readonly courier: Courier;
  readonly knobs: () => Knobs;
  /** Where what names no region is stored. */
  readonly homeRegion: string;
  /** Where what is stored in a region is told; null for the account's one address. */
  readonly callbackUrlOf: (region: string) => string | null;
  /** Called whenever something came true. */
  readonly onProgress: () => void;
};

/**
 * The account's content: videos, sessions, tasks. Plans come in; their happenings come true one by one as the clock
 * reaches them; each is then visible to the API and told by callback.
 */
export class Cloud {
  readonly videos = new Map<string, CloudVideo>();
  readonly sessions = new Map<string, SessionPlan>();
  readonly tasks = new Map<string, RunningTask>();
  readonly jobs = new Map<string, RunningTask>();
  readonly templateGroups: ReadonlyMap<string, TemplateGroup>;
  readonly agenda: Agenda;
  readonly clock: Clock;
  readonly knobs: () => Knobs;
  readonly homeRegion: string;
  readonly #seed: number;
  readonly #courier: Courier;
  readonly #callbackUrlOf: (region: string) => string | null;

  constructor(options: CloudOptions) {
    this.clock = options.clock;
    this.knobs = options.knobs;
    this.homeRegion = options.homeRegion;
    this.#seed = options.seed;
    this.#courier = options.courier;
    this.#callbackUrlOf = options.callbackUrlOf;
    this.agenda = new Agenda(options.clock, options.onProgress);
    this.templateGroups = new Map(options.templateGroups.map((group) => [group.templateGroupId, group]));
  }

  /** A source of chance of its own for the thing that `parts` names. */
  chance(...parts: readonly (string | number)[]): Rng {
    return seeded(this.#seed, ...parts);
  }

  /** Starts a show: from now on its happenings come true at this pace. */
  addShow(show: ShowPlan, pace: Pace): void {
    for (const session of show.sessions) this.sessions.set(session.sessionId, session);
    for (const video of show.videos) this.addVideo(video, pace);
    this.schedule(show.happenings, pace);
  }

  addVideo(plan: VideoPlan, pace: Pace): CloudVideo {
    const video: CloudVideo = { plan, pace, occurred: [], tasks: [], orders: [], runs: [] };
    this.videos.set(plan.videoId, video);
    return video;
  }

  schedule(happenings: readonly Happening[], pace: Pace, callbackUrl: string | null = null): void {
    this.agenda.add(happenings, pace, (happening) => this.comeTrue(happening, pace, callbackUrl));
  }

  /** Makes it true now: the API knows it from here on, and the callback is on its way. */
  comeTrue(happening: Happening, pace: Pace, callbackUrl: string | null = null): void {
    const video = this.videos.get(happening.videoId);
    if (!video || isDeleted(video)) return;
    const { fact, videoId, atMs: eventTime } = happening;
    video.occurred.push({ ...happening, reachedWallMs: this.clock.now() });
    if (fact.kind === 'transcode-taken') {
      const running: RunningTask = { task: fact.task, pace };
      video.tasks.push(running);
      this.tasks.set(fact.task.taskId, running);
      for (const job of fact.task.jobs) this.jobs.set(job.jobId, running);
    }
    if (fact.kind === 'workflow-taken') video.runs.push(fact.workflow);
    const body = callbackBody(video.plan, happening);
    if (!body) return;
    const eventType = String(body.EventType);
    const { region } = video.plan;
    const told = callbackUrl ?? (region === undefined ? null : this.#callbackUrlOf(region));
    this.#courier.send({ videoId, eventType, eventTime, body }, `${videoId}/${eventType}/${workOf(fact)}`, told);
  }

  /** The group of this id; an unknown one does nothing. */
  groupOf(templateGroupId: string): TemplateGroup {
    const unknown: TemplateGroup = { templateGroupId, name: 'unknown', effect: 'store-only', renditions: [] };
    return this.templateGroups.get(templateGroupId) ?? unknown;
  }

  /** The video, as soon as VOD knows it. */
  known(videoId: string): CloudVideo | null {
    const video = this.videos.get(videoId);
    return video && exists(video) && !isDeleted(video) ? video : null;
  }

  /** How many sources are ready, won't be transcoded by VOD itself, and have no transcode yet. */
  awaitingTranscode(): number {
    return [...this.videos.values()].filter(
      (video) =>
        video.tasks.length === 0 &&
        !isDeleted(video) &&
        video.plan.workflowId === undefined &&
        this.groupOf(video.plan.templateGroupId).effect.endsWith('-only') &&
        timeOf(video, 'source-ready') !== null,
    ).length;
  }
}

/** What distinguishes two callbacks of one type about one video. */
function workOf(fact: Happening['fact']): string {
  switch (fact.kind) {
    case 'stream-transcoded':
      return fact.job.jobId;
    case 'transcoded':
      return fact.task.taskId;
    case 'snapshot':
      return fact.snapshot.jobId;
    case 'audited':
      return fact.audit.jobId;
    case 'reviewed':
      return fact.review.status;
    case 'fetched':
    case 'fingerprinted':
    case 'tagged':
    case 'dynamic-image-made':
      return fact.jobId;
    case 'workflow-done':
      return fact.workflow.taskId;
    default:
      return '';
  }
}
