import type { ComposedBy } from './fact.ts';
import type { Container, RecordingProfile } from './practice.ts';
import type { StoryName } from './story-names.ts';
import { templateGroupIds } from './templates.ts';

/** A stretch of pushing: how long after the one before, how long, and whether a command stopped it. */
export type StoryPush = { readonly pauseSeconds?: number; readonly seconds: number; readonly stopped?: boolean };

/** What a show has that is out of the ordinary. Its app bears its name. */
export type Story = {
  readonly profile: RecordingProfile;
  readonly pushes: readonly StoryPush[];
  readonly composedBy: ComposedBy;
  /** The files that every cycle is recorded to. */
  readonly containers?: readonly Container[];
  /** What becomes of the first composition, which is then repeated. */
  readonly firstFilm?: 'damaged' | 'lost';
  readonly region?: string;
  /** Nobody is to transcode what can be watched as it is. */
  readonly leftAsIs?: true;
};

const { recording, storeOnly, noTranscode, compose } = templateGroupIds;

function profile(appName: StoryName, cycleSeconds: number, change: Partial<RecordingProfile> = {}): RecordingProfile {
  return {
    domainName: 'play.example.com',
    appName,
    cycleSeconds,
    disconnectDelaySeconds: 180,
    recordingTemplateGroupId: recording,
    autoCompose: false,
    composeTemplateGroupId: null,
    ...change,
  };
}

const composing = { autoCompose: true, composeTemplateGroupId: compose };
const stored = { recordingTemplateGroupId: storeOnly };

/**
 * What is played; comparisons also take it as what happened:
 * - `stop-and-re-push`: stopped by command, pushed again a minute later: two sessions, each composed at once.
 * - `film-failed`: the composition is damaged, all of its transcode fails, and it is composed again.
 * - `film-lost`: the composition fails without a word, and it is composed again.
 * - `two-containers`: every cycle is an m3u8 and an mp4 file, and each of the two is composed.
 * - `abroad`, `at-home`: stored only, in two regions of one account.
 * - `as-it-is`: not transcoded, and watched as it was recorded.
 * - `own-cut`: the user composes by the API.
 * - `own-cut-other-cycle`: the same, and nobody has said that the cycle is 20 minutes.
 * - `own-cut-longer-cycle`: the same, and the user believes that it is 10 minutes.
 * - `no-policy`: recorded and transcoded; nobody has said anything about it.
 * - `long-show`: 42 cycles with auto-compose, two more than VOD composes; nobody has said anything about it.
 * - `channel`: 60 cycles of a stream that hardly ever stops.
 */
export const stories: Readonly<Record<StoryName, Story>> = {
  'stop-and-re-push': {
    profile: profile('stop-and-re-push', 1800, composing),
    pushes: [
      { seconds: 3000, stopped: true },
      { pauseSeconds: 60, seconds: 3300, stopped: true },
    ],
    composedBy: 'cloud',
  },
  'film-failed': {
    profile: profile('film-failed', 1200, composing),
    pushes: [{ seconds: 3200 }],
    composedBy: 'cloud',
    firstFilm: 'damaged',
  },
  'film-lost': {
    profile: profile('film-lost', 1200, composing),
    pushes: [{ seconds: 3200 }],
    composedBy: 'cloud',
    firstFilm: 'lost',
  },
  'two-containers': {
    profile: profile('two-containers', 1800, composing),
    pushes: [{ seconds: 4500 }],
    composedBy: 'cloud',
    containers: ['m3u8', 'mp4'],
  },
  abroad: {
    profile: profile('abroad', 3600, stored),
    pushes: [{ seconds: 4200 }],
    composedBy: 'nobody',
    region: 'ap-southeast-1',
  },
  'at-home': {
    profile: profile('at-home', 3600, stored),
    pushes: [{ seconds: 4200 }],
    composedBy: 'nobody',
    region: 'cn-shanghai',
  },
  'as-it-is': {
    profile: profile('as-it-is', 1800, { recordingTemplateGroupId: noTranscode }),
    pushes: [{ seconds: 4500 }],
    composedBy: 'nobody',
    leftAsIs: true,
  },
  'own-cut': { profile: profile('own-cut', 1200), pushes: [{ seconds: 5500 }], composedBy: 'user' },
  'own-cut-other-cycle': {
    profile: profile('own-cut-other-cycle', 1200),
    pushes: [{ seconds: 5500 }],
    composedBy: 'user',
  },
  'own-cut-longer-cycle': {
    profile: profile('own-cut-longer-cycle', 1200),
    pushes: [{ seconds: 5500 }],
    composedBy: 'user',
  },
  'no-policy': { profile: profile('no-policy', 3600), pushes: [{ seconds: 4500 }], composedBy: 'nobody' },
  'long-show': {
    profile: profile('long-show', 300, composing),
    pushes: [{ seconds: 41 * 300 + 100 }],
    composedBy: 'nobody',
  },
  channel: { profile: profile('channel', 300, stored), pushes: [{ seconds: 59 * 300 + 100 }], composedBy: 'nobody' },
};
