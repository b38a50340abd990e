import type { Rng } from '../random.ts';
import type { Happening, VideoPlan } from './fact.ts';
import { composedLifecycle, type LifecycleSettings } from './lifecycle.ts';

/** How long after a composition came to nothing it is made again, in seconds. */
const repeatAfterSeconds = 300;

/**
 * The composition of a session, and the one made in its place where it comes to nothing: `lost` without a word, or
 * `damaged`, so that all of its transcode fails. No video where VOD never begins.
 */
export function planFilms(
  rng: Rng,
  make: () => VideoPlan,
  beginsMs: () => number,
  first: 'good' | 'damaged' | 'lost',
  settings: LifecycleSettings,
): { videos: VideoPlan[]; happenings: Happening[] } {
  const film = make();
  const startMs = beginsMs();
  if (first === 'good') {
    const happenings = composedLifecycle(rng, film, startMs, settings);
    return { videos: happenings.length > 0 ? [film] : [], happenings };
  }
  const faults = {
    ...settings.faults,
    composeSkipRate: 0,
    composeFailRate: first === 'lost' ? 1 : 0,
    brokenSourceRate: first === 'damaged' ? 1 : 0,
  };
  const failing = composedLifecycle(rng, film, startMs, { ...settings, faults });
  const failedMs = Math.max(...failing.map(({ atMs }) => atMs));
  const again: VideoPlan = { ...make(), repeats: film.videoId };
  const good = { ...faults, composeFailRate: 0, brokenSourceRate: 0 };
  const repeated = composedLifecycle(rng, again, failedMs + repeatAfterSeconds * 1000, { ...settings, faults: good });
  return { videos: [film, again], happenings: [...failing, ...repeated] };
}
