export { cloudEvents } from './cloud-events.ts';
export { causalRank, type Delivery, emptyFact, failed, type ParseResult, succeeded, type VideoEvent } from './event.ts';
export { compareText, cut, maxBytes } from './fields.ts';
export { hashOf } from './identity.ts';
export { parseCallback } from './parse.ts';
export { compareRenditions } from './rendition.ts';
export { maxSubjectIdLength, type Subject, subjectOf } from './subject.ts';
export { parseCloudTime } from './time.ts';
export type { UnusableCode } from './unusable.ts';
