import { seeded } from '../random.ts';
import type { ShowPlan } from './fact.ts';
import type { LifecycleSettings } from './lifecycle.ts';
import type { Practice, RecordingProfile } from './practice.ts';
import { planShow, planStory, planStream } from './show.ts';
import type { StoryName } from './story-names.ts';

export type PlanSettings = LifecycleSettings & {
  readonly seed: number;
  /** 1 for the first play of this seed; later ones get other streams. */
  readonly take: number;
  readonly practices: readonly Practice[];
  /** Played beside the practices, as often as they are. */
  readonly stories: readonly StoryName[];
  /** Played once each. */
  readonly streams: readonly { readonly profile: RecordingProfile; readonly streamName: string }[];
  /** Shows of each practice. */
  readonly showsPerPractice: number;
  /** Usual length of a show in seconds. */
  readonly showSeconds: number;
  /** When the last show's push ends, epoch ms; the others end up to 30 minutes earlier. */
  readonly endsAtMs: number;
  readonly composeLimit: number;
  /** How a stream is recorded; null: it isn't, and there is nothing to plan. */
  readonly profileOf: (practice: Practice, streamName: string) => RecordingProfile | null;
};

/**
 * The deterministic plan of a whole evening. The shows take turns in being interrupted: for less than the disconnect
 * delay, for more than it, both, not at all. A plan of one show has both.
 */
export function planShows(settings: PlanSettings): ShowPlan[] {
  const endSecond = Math.floor(settings.endsAtMs / 1000);
  const shows: ShowPlan[] = settings.streams.map(({ profile, streamName: name }) =>
    planStream(profile, { ...settings, name, endMs: endSecond * 1000, seconds: settings.showSeconds }),
  );
  for (let round = 0; round < settings.showsPerPractice; round++) {
    const name = `match-${settings.seed}-${round + 1}${settings.take > 1 ? `-take${settings.take}` : ''}`;
    for (const story of settings.stories) shows.push(planStory(story, { ...settings, name, endMs: endSecond * 1000 }));
    for (const [index, practice] of settings.practices.entries()) {
      const turn = (round + index) % 4;
      const single = settings.showsPerPractice * settings.practices.length === 1;
      const early = round + index === 0 ? 0 : seeded(settings.seed, 'early', round, practice).int(0, 1800);
      const profile = settings.profileOf(practice, name);
      if (!profile) continue;
      shows.push(
        planShow({
          ...settings,
          practice,
          profile,
          name,
          endMs: (endSecond - early) * 1000,
          shortInterruption: single || turn === 0 || turn === 2,
          longInterruption: single || turn === 1 || turn === 2,
        }),
      );
    }
  }
  return shows;
}
