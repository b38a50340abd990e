/** Shows that go a way of their own, each played as it says in docs/emulator.md. */
export const storyNames = [
  'stop-and-re-push',
  'film-failed',
  'film-lost',
  'two-containers',
  'abroad',
  'at-home',
  'as-it-is',
  'own-cut',
  'own-cut-other-cycle',
  'own-cut-longer-cycle',
  'no-policy',
  'long-show',
  'channel',
] as const;
export type StoryName = (typeof storyNames)[number];
