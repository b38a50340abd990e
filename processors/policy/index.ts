export { readPolicies } from '../../schemas/policies.ts';
export { contradictions, unworkable } from './agreement.ts';
export { defaultPolicy, type Policy, type PolicyBook, type PolicyExplanation, policyBook } from './book.ts';
export { type Recorded, recordedFor, type Told } from './recorded.ts';
export type { Origin } from './resolve.ts';
