import fc from 'fast-check';

/**
 * Checks a property: `quickRuns` times, or `LIVE2VOD_PROPERTY_RUNS` times in the slow lane. Prints runs and seed;
 * `LIVE2VOD_PROPERTY_SEED` repeats a run.
 */
export function check<Ts>(name: string, property: fc.IRawProperty<Ts>, quickRuns = 200): void {
  const numRuns = Number(process.env.LIVE2VOD_PROPERTY_RUNS ?? quickRuns);
  const seed = Number(process.env.LIVE2VOD_PROPERTY_SEED ?? Math.floor(Math.random() * 0x7fff_ffff));
  console.info(`property "${name}": ${numRuns} runs, seed ${seed}`);
  fc.assert(property, { numRuns, seed });
}
