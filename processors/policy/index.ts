export { readPolicies } from '../../schemas/policies.ts';
export { defaultPolicy, type Policy, type PolicyBook, type PolicyExplanation, policyBook } from './book.ts';
