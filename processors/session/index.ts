export { streamKeyOf } from '../stream-key.ts';
export {
  type ClipPart,
  type ClipPlan,
  type ClipRefusal,
  type ClipSource,
  clipTokenOf,
  planClip,
} from './clip-parts.ts';
export { type Projection, type Session, sessionsOf } from './projection.ts';
export {
  limits as sessionLimits,
  rulesOf,
  type SessionPolicies,
  type SessionPolicy,
  type SessionRules,
} from './rules.ts';
export { sessionIdOf } from './session-id.ts';
export { sessionTopology } from './topology.ts';
