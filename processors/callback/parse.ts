import type { EventSource } from '../../schemas/topics.ts';
import { cloudEvents, formerlyUnknown, type Reader } from './cloud-events.ts';
import { type Delivery, emptyFact, type FreshFact, failed, type ParseResult, type VideoEvent } from './event.ts';
import { type Body, cut, maxBytes, shortText, textOf } from './fields.ts';
import { canonicalJson, hashOf, hashOfText, partOf, type Sha256 } from './identity.ts';
import { internalEvents } from './internal-events.ts';
import { isAhead, withoutImplausible } from './plausible.ts';
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

  const known = internalTypes[delivery.source]?.get(eventType) ?? cloudTypes.get(eventType);
  if (known === undefined) {
    const identity = unknownIdentity(opened, eventType, subjectId);
    const told = { subjectId, identity, eventType: cut(eventType, maxBytes.label), eventTime };
    return { kind: 'unknown', event: eventOf(body, delivery, told, { ...emptyFact }, sha256) };
  }
  if (eventTime === null) return { kind: 'unparsable', reason: `${eventType} without a usable EventTime` };
  const { fact, discriminator, mayFailBeside } = known.read(body);
  let identity = known.identity + partOf(subjectId);
  for (const part of discriminator) identity += partOf(part);
  const former = known.formerlyUnknown ? unknownIdentity(opened, eventType, subjectId) : null;
  const told = { subjectId, identity, former, mayFailBeside, eventType: known.eventType, eventTime };
  return { kind: 'ok', event: eventOf(body, delivery, told, fact, sha256) };
}

/** What is known of a type before any event of it. */
type KnownType = {
  readonly read: Reader;
  /** As it is kept: one text for all events of that type. */
  readonly eventType: string;
  /** The first parts of the identity. The sender is part of an internal event's: no callback can be taken for a copy of it. */
  readonly identity: string;
  readonly formerlyUnknown: boolean;
};

function typesOf(lane: 'cloud' | EventSource, readers: ReadonlyMap<string, Reader>): ReadonlyMap<string, KnownType> {
  const types = [...readers].map(([eventType, read]): [string, KnownType] => [
    eventType,
    {
      read,
      eventType: cut(eventType, maxBytes.label),
      identity: partOf(lane) + partOf(eventType),
      formerlyUnknown: lane === 'cloud' && formerlyUnknown.has(eventType),
    },
  ]);
  return new Map(types);
}

const cloudTypes = typesOf('cloud', cloudEvents);
const internalTypes: Readonly<Partial<Record<EventSource, ReadonlyMap<string, KnownType>>>> = {
  'job-runner': typesOf('job-runner', internalEvents['job-runner']),
  operator: typesOf('operator', internalEvents.operator),
  reconciler: typesOf('reconciler', internalEvents.reconciler),
};

/** Of a type that isn't known: everything it says. */
function unknownIdentity(opened: Opened & { readonly ok: true }, eventType: string, subjectId: string): string {
  const parts = ['unknown', eventType, subjectId, canonicalJson(opened.body) ?? opened.text];
  return parts.map(partOf).join('');
}

type Identified = {
  readonly subjectId: string;
  /** Its parts as one text. */
  readonly identity: string;
  /** As an earlier release identified it. */
  readonly former?: string | null;
  readonly mayFailBeside?: true | undefined;
  /** As it is kept. */
  readonly eventType: string;
  readonly eventTime: number | null;
};

/**
 * An EventTime that lies after the delivery counts for none. That is part of the identity: a copy that is delivered again
 * years later would be believed, and which of the two came first must not matter.
 */
function eventOf(body: Body, delivery: Delivery, id: Identified, fact: FreshFact, sha256?: Sha256): VideoEvent {
  const ahead = id.eventTime !== null && isAhead(id.eventTime, delivery);
  const implausible = withoutImplausible(fact, ahead ? null : id.eventTime);
  fact.region = delivery.region;
  fact.subject = subjectToldBy(body);
  const status = statusOf(body);
  const success = idOf(id.identity, ahead, sha256);
  const besideSuccess = id.mayFailBeside === true && failed({ status });
  return {
    subjectId: id.subjectId,
    formerId: id.former ? idOf(id.former, ahead, sha256) : besideSuccess ? success : null,
    entry: {
      eventId: besideSuccess ? hashOf([success, 'fail'], sha256) : success,
      eventType: id.eventType,
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

function idOf(identity: string, ahead: boolean, sha256?: Sha256): string {
  return hashOfText(ahead ? identity + partOf('ahead') : identity, sha256);
}

/** Nearly always the same text, which then is one for all events. */
function statusOf({ Status }: Body): string | null {
  return Status === 'success' ? 'success' : (shortText(Status, maxBytes.label)?.toLowerCase() ?? null);
}

/** AI events spell it Code, and say "0" when all is well. */
function errorCodeOf(body: Body): string | null {
  const code = shortText(textOf(body.ErrorCode) ?? body.Code, maxBytes.code);
  return code === '0' ? null : code;
}
