export { readPolicies } from '../../schemas/policies.ts';
export { contradictions, unworkable } from './agreement.ts';
export { defaultPolicy, type Policy, type PolicyBook, type PolicyExplanation, policyBook } from './book.ts';
export { alike, type Recorded, recordedFor, type Told, type ToldFormat } from './recorded.ts';
export { type Origin, partFor, type Transcoding } from './resolve.ts';
