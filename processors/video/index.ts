export { fullFacts } from './compaction.ts';
export { decide, maxGenerations, streamAwaitedUntilMs } from './decide.ts';
export { maxRequests, maxRunnerEvents, maxStateBytes, maxUnits } from './event-set.ts';
export { type Evolved, evolve } from './evolve.ts';
export { type Decision, tokenOf } from './plan.ts';
export { retired, retirementDueAtMs } from './retirement.ts';
export { streamFactsOf, streamKey } from './stream-fact.ts';
export { type VideoRecord, videoTopology } from './topology.ts';
