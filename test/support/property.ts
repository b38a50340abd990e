import fc from 'fast-check';

/**
 * Checks a property: `quickRuns` times, or `LIVE2VOD_PROPERTY_RUNS` times in the slow lane (`./live2vod test --slow`).
 * Prints runs, seed and time; `LIVE2VOD_PROPERTY_SEED` repeats a run. `LIVE2VOD_PROPERTY_SHRINK=no` ends at the first
 * counterexample: enough where nobody reads it.
 */
export function check<Ts>(name: string, property: fc.IRawProperty<Ts>, quickRuns = 200): void {
  const numRuns = Number(process.env.LIVE2VOD_PROPERTY_RUNS ?? quickRuns);
  const seed = Number(process.env.LIVE2VOD_PROPERTY_SEED ?? Math.floor(Math.random() * 0x7fff_ffff));
  const endOnFailure = process.env.LIVE2VOD_PROPERTY_SHRINK === 'no';
  const startedMs = performance.now();
  let outcome = 'failed';
  try {
    fc.assert(property, { numRuns, seed, endOnFailure });
    outcome = 'held';
  } finally {
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    console.info(`property "${name}" ${outcome}: ${numRuns} runs, seed ${seed}, ${seconds} s`);
  }
}
