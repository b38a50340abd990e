/** The shows that go a way of their own, beside the four practices: what the demo plays of them, and when. */
import type { Emulator, PlaySummary, StoryName } from '../../emulator/index.ts';

/** Over when something of their end is heard, as the practices are. */
const toldStories: readonly StoryName[] = [
  'stop-and-re-push',
  'film-failed',
  'film-lost',
  'two-containers',
  'abroad',
  'at-home',
  'as-it-is',
  'no-policy',
];
/** Composed by us once it is certain that they are over: a moment that must not be past when they are heard of. */
const timedStories: readonly StoryName[] = ['own-cut', 'own-cut-other-cycle', 'own-cut-longer-cycle'];

/** Not played: `long-show` and `channel`, whose hundred recordings would make most of the demo. */
export const demoStories: readonly StoryName[] = [...toldStories, ...timedStories];

/** Where what is stored abroad is told. */
export const abroad = { region: 'ap-southeast-1', path: '/callbacks/vod-ap-southeast-1' } as const;

/** How long a timed story is played: 4 s, and its last callbacks come up to 3 s later. */
const toldWithinMs = 8_000;
const delayMs = 180_000;

/** @param nowMs wall clock */
export function playStories(emulator: Emulator, nowMs: number): readonly PlaySummary[] {
  return [
    emulator.play({ stories: toldStories, shows: 1 }),
    emulator.play({ stories: timedStories, shows: 1, endsAtMs: nowMs + toldWithinMs - delayMs }),
  ];
}
