export { similarBytes, tagBytes } from './content-events.ts';
export { claimedSourceOf, deliveryOf, isLiveRecord, replayedAtMsOf, sentAtMsOf } from './delivery.ts';
export {
  causalRank,
  checkEventType,
  type Delivery,
  emptyFact,
  failed,
  type ParseResult,
  succeeded,
  type VideoEvent,
} from './event.ts';
export { compareText, cut, maxBytes } from './fields.ts';
export { hashOf, type Sha256 } from './identity.ts';
export {
  type EncodedEvent,
  encodeInternalEvent,
  type InternalEvent,
  type OperatorClipRequest,
  type OperatorTranscodeRequest,
  type ReconcilerObservation,
} from './internal-event.ts';
export { type LiveRecord, liveRecordOf, type OpenedLiveRecord } from './live-record.ts';
export { parseCallback } from './parse.ts';
export { maxAheadMs } from './plausible.ts';
export { compareRenditions, renditionBytes, submitted } from './rendition.ts';
export { textBytes } from './size.ts';
export { maxSubjectIdLength, type Subject, subjectOf } from './subject.ts';
export { parseCloudTime } from './time.ts';
export type { UnusableCode } from './unusable.ts';
