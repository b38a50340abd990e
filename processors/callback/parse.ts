import { cloudEvents, formerlyUnknown, type Reader } from './cloud-events.ts';
import { type Delivery, emptyFact, type FreshFact, failed, type ParseResult, type VideoEvent } from './event.ts';
import { type Body, cut, maxBytes, shortText, textOf } from './fields.ts';
import { canonicalJson, hashOf, type Sha256 } from './identity.ts';
import { internalEvents } from './internal-events.ts';
import { isAhead, plausible } from './plausible.ts';
import { maxSubjectIdLength, type Opened, openBody, subjectIdOf } from './subject.ts';
import { subjectToldBy } from './subject-kind.ts';
import { parseCloudTime } from './time.ts';
import { Unusable } from './unusable.ts';

/**
 * Reads one callback body. Never throws, whatever the bytes are. Takes the body exactly as received and how it was
 * delivered; `delivery` decides whether an internal event type is honoured, nothing in the body does.
 *
 * @param sha256 see `hashOf`
 */
export function parseCallback(bytes: Uint8Array, delivery: Delivery, sha256?: Sha256): ParseResult {
  const opened = openBody(bytes);
  if (!opened.ok) return { kind: 'unparsable', reason: opened.reason };
  try {
    return parseBody(opened, delivery, sha256);
  } catch (error) {
    if (error instanceof Unusable) return { kind: 'unparsable', code: error.code, reason: error.message };
    throw error;
  }
}

/** @throws Unusable */
function parseBody(opened: Opened & { readonly ok: true }, delivery: Delivery, sha256?: Sha256): ParseResult {
  const { body } = opened;
  const eventType = textOf(body.EventType);
  if (eventType === null) return { kind: 'unparsable', reason: 'no EventType' };
  const subjectId = subjectIdOf(body);
  if (subjectId === null) return { kind: 'unparsable', reason: 'no subject id' };
  if (subjectId.length > maxSubjectIdLength) return { kind: 'unparsable', reason: 'subject id too long' };
  const eventTime = parseCloudTime(body.EventTime);

  const internal = internalEvents[delivery.source]?.get(eventType);
  const reader: Reader | undefined = internal ?? cloudEvents.get(eventType);
  if (reader === undefined) {
    const identity = unknownIdentity(opened, eventType, subjectId);
    const event = eventOf(body, delivery, { subjectId, identity, eventType, eventTime }, { ...emptyFact }, sha256);
    return { kind: 'unknown', event };
  }
  if (eventTime === null) return { kind: 'unparsable', reason: `${eventType} without a usable EventTime` };
  const { fact, discriminator, mayFailBeside } = reader(body);
  // The sender is part of an internal event's identity: no callback can be taken for a copy of it.
  const lane = internal === undefined ? 'cloud' : delivery.source;
  const identity = [lane, eventType, subjectId, ...discriminator];
  const former =
    internal === undefined && formerlyUnknown.has(eventType) ? unknownIdentity(opened, eventType, subjectId) : null;
  return {
    kind: 'ok',
    event: eventOf(body, delivery, { subjectId, identity, former, mayFailBeside, eventType, eventTime }, fact, sha256),
  };
}

/** Of a type that isn't known: everything it says. */
function unknownIdentity(opened: Opened & { readonly ok: true }, eventType: string, subjectId: string) {
  return ['unknown', eventType, subjectId, canonicalJson(opened.body) ?? opened.text];
}

type Identified = {
  readonly subjectId: string;
  readonly identity: readonly string[];
  /** As an earlier release identified it. */
  readonly former?: readonly string[] | null;
  readonly mayFailBeside?: true | undefined;
  readonly eventType: string;
  readonly eventTime: number | null;
};

/**
 * An EventTime that lies after the delivery counts for none. That is part of the identity: a copy that is delivered again
 * years later would be believed, and which of the two came first must not matter.
 */
function eventOf(body: Body, delivery: Delivery, id: Identified, told: FreshFact, sha256?: Sha256): VideoEvent {
  const ahead = id.eventTime !== null && isAhead(id.eventTime, delivery);
  const { fact, implausible } = plausible(told, ahead ? null : id.eventTime);
  fact.region = delivery.region;
  fact.subject = subjectToldBy(body);
  const status = shortText(body.Status, maxBytes.label)?.toLowerCase() ?? null;
  const success = idOf(id.identity, ahead, sha256);
  const besideSuccess = id.mayFailBeside === true && failed({ status });
  return {
    subjectId: id.subjectId,
    formerId: id.former ? idOf(id.former, ahead, sha256) : besideSuccess ? success : null,
    entry: {
      eventId: besideSuccess ? hashOf([success, 'fail'], sha256) : success,
      eventType: cut(id.eventType, maxBytes.label),
      eventTime: ahead ? 0 : (id.eventTime ?? 0),
      receivedAt: delivery.receivedAtMs,
      status,
      source: delivery.source,
      jobId: shortText(body.JobId, maxBytes.id),
      errorCode: errorCodeOf(body),
      implausible: ahead ? ['EventTime', ...implausible] : implausible,
    },
    fact,
  };
}

function idOf(identity: readonly string[], ahead: boolean, sha256?: Sha256): string {
  return hashOf(ahead ? [...identity, 'ahead'] : identity, sha256);
}

/** AI events spell it Code, and say "0" when all is well. */
function errorCodeOf(body: Body): string | null {
  const code = shortText(textOf(body.ErrorCode) ?? body.Code, maxBytes.code);
  return code === '0' ? null : code;
}
