export { decide, maxGenerations, streamAwaitedUntilMs } from './decide.ts';
export { type Event, eventsOf } from './events.ts';
export { type Evolved, evolve, retired } from './evolve.ts';
export { maxStateBytes, rooms } from './lanes.ts';
export { type Order, orderFields, orderOf, type StepOrder } from './order.ts';
export { type Decision, requestTokenOf, tokenOf } from './plan.ts';
export { retirementDueAtMs } from './retirement.ts';
export { sourceOnlyOf, streamFactsOf } from './stream-fact.ts';
export { type VideoRecord, videoTopology } from './topology.ts';
