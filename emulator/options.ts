import type { AccessKey } from './api/gate.ts';
import type { Mishap } from './api/mishaps.ts';
import type { Clock } from './clock.ts';
import type { KnobChanges, Knobs } from './knobs.ts';
import type { Ledger } from './ledger/index.ts';
import type { Practice } from './scenario/practice.ts';
import type { StoryName } from './scenario/story-names.ts';
import type { TemplateGroup } from './scenario/templates.ts';

export type EmulatorOptions = {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 8090; 0 for any free port. */
  readonly port?: number;
  /** The callback address as configured at the cloud: this string is signed. Null (default): no callback is sent. */
  readonly callbackUrl?: string | null;
  /** Where to send what is for `callbackUrl`, for a receiver behind a proxy. Default: `callbackUrl`. */
  readonly deliverTo?: string;
  /**
   * Ports of further regions, 0 for any free one. With any, every endpoint answers for its own region's videos alone, as at the
   * cloud; without, the only endpoint answers for all. Default: none.
   */
  readonly regionPorts?: Readonly<Record<string, number>>;
  /** The region of `port`, and of what names none. Default `cn-shanghai`. */
  readonly homeRegion?: string;
  /** Callback addresses of regions, for what is stored there. Default: `callbackUrl` for all. */
  readonly regionCallbackUrls?: Readonly<Record<string, string>>;
  /** The callback key; null (default) leaves the signature headers out. */
  readonly callbackKey?: string | null;
  /**
   * Where Live's own record callbacks go, as if AddLiveRecordNotifyConfig had set it for every domain with NeedStatusNotify.
   * Null (default): nowhere, until it is called.
   */
  readonly liveCallbackUrl?: string | null;
  /** Their key; null (default) leaves the signature headers out. */
  readonly liveCallbackKey?: string | null;
  /** Deliver into this queue, which is created, instead of by HTTP. */
  readonly queue?: string;
  /** What play addresses begin with, where players don't reach the emulator by its own address. Default: `<url>/cdn`. */
  readonly playUrl?: string;
  /** Default 1. */
  readonly seed?: number;
  /** Keys that may call the APIs. Default: id `emulator`, secret `emulator-secret`. */
  readonly accessKeys?: readonly AccessKey[];
  /** Known besides the built-in ones. */
  readonly templateGroups?: readonly TemplateGroup[];
  readonly knobs?: KnobChanges;
  readonly clock?: Clock;
};

/** A stream that is pushed; which recording configuration covers it says what is recorded. */
export type PushedStream = {
  /** Default: the domain of the practices. */
  readonly domainName?: string | undefined;
  readonly appName: string;
  readonly streamName: string;
};

export type PlayOptions = {
  /** Default: all four, or none where there are stories or streams. */
  readonly practices?: readonly Practice[] | undefined;
  /** Shows that go a way of their own; see docs/emulator.md. Default: none. */
  readonly stories?: readonly StoryName[] | undefined;
  /**
   * Streams of any app that is recorded: each is pushed once, for `showSeconds`, without an interruption. Default: none.
   * @throws NotRecorded where no recording configuration covers one
   */
  readonly streams?: readonly PushedStream[] | undefined;
  /** Shows of each practice and story. Default 2. */
  readonly shows?: number | undefined;
  /** Where the recordings are stored. Default: where the story says, else the home region. */
  readonly region?: string | undefined;
  /** Default: the emulator's; a second play of the same seed gets other streams and ids. */
  readonly seed?: number | undefined;
  /** Cloud ms per wall ms. Default 1200: three hours in nine seconds. */
  readonly compression?: number | undefined;
  /** Usual length of a show. Default 10800. */
  readonly showSeconds?: number | undefined;
  /** When the last push ends, epoch ms. Default: two hours ago, so that all that follows still lies in the past; `live` streams begin now. */
  readonly endsAtMs?: number | undefined;
  /** The cloud's time is the wall clock's, compression 1: what is played happens when it says. Default false. */
  readonly live?: boolean | undefined;
};

export type PlaySummary = {
  readonly playId: string;
  readonly seed: number;
  readonly shows: readonly {
    readonly showId: string;
    readonly practice: Practice | null;
    readonly story: StoryName | null;
    readonly appName: string;
    readonly streamName: string;
  }[];
  /** Videos, sessions and callbacks planned so far; what users start adds to them. */
  readonly videos: number;
  readonly sessions: number;
  readonly callbacks: number;
};

/** A video that is simply there: its source is ready now, by the wall clock, and nothing has been done with it. */
export type VideoOptions = {
  /** Default 600. */
  readonly durationSeconds?: number | undefined;
  /** Default `upload`. */
  readonly title?: string | undefined;
  /** Where it is stored. Default: the home region. */
  readonly region?: string | undefined;
};

export type Progress = {
  /** Callbacks of plans and of what users started. */
  readonly planned: number;
  /** Callbacks whose event has come true. */
  readonly occurred: number;
  /** Callbacks that were accepted, given up or dropped. */
  readonly settled: number;
  /** Happenings to come, copies under way, messages in queues, not deleted yet. */
  readonly pending: number;
  /** Videos whose source is ready and whose transcode a user has still to start. */
  readonly awaitingTranscode: number;
  /** Nothing is pending. A later call of a user makes it false again. */
  readonly done: boolean;
};

export type Emulator = {
  /** Base address of the APIs, e.g. `http://127.0.0.1:8090`. */
  readonly url: string;
  /** The same of each further region. */
  readonly regionUrls: Readonly<Record<string, string>>;
  /** Starts shows; their events come true from now on. */
  play(options?: PlayOptions): PlaySummary;
  /** Adds an uploaded video, ready to be worked on; gives its VideoId. FileUploadComplete is sent. */
  addVideo(options?: VideoOptions): string;
  progress(): Progress;
  /** Resolves once nothing is pending; with `jobs`, also no video waits for a user's transcode. */
  whenQuiet(options?: { readonly jobs?: boolean }): Promise<void>;
  ledger(): Ledger;
  knobs(): Knobs;
  /** Changes knobs; acts on what is planned or sent from now on. @throws ZodError naming what doesn't fit */
  turn(changes: KnobChanges): Knobs;
  /** The next calls of this API operation go wrong like this, one each. */
  misbehave(action: string, next: readonly Mishap[]): void;
  /** Stops listening and sending; nothing is left running. */
  stop(): Promise<void>;
};
