import type { Contradiction, Fact } from '../../schemas/generated/VideoState.ts';
import { compareText, hashOf } from '../callback/index.ts';
import type { Event } from './events.ts';

/** Digests of losing copies that are remembered per event: the smallest. With more copies only `revision` may depend on order. */
const maxDigests = 16;

/** Whether only the reconciler told of the event, or told it as it stands. */
export function isFinding({ entry, fact }: Event): boolean {
  return fact.contradiction === null ? entry.source === 'reconciler' : !fact.contradiction.callback;
}

/**
 * Two copies of one event. Normally they are the same, and the later one is dropped (null). Where they differ, in what
 * they say or in whether a callback or the reconciler says it, one of them holds whatever the order of arrival: a
 * callback before a finding of the reconciler, then the earlier event time, then the smaller text. The losers' digests
 * are kept, so that each of them is news only once: also of a finding that says what the callback says, since against a
 * third copy it matters which of them said it. `receivedAt` and `source` stay those of the first copy; region and subject
 * are the smallest that any copy was delivered with.
 */
export function resolveConflict(known: Event, copy: Event): Event | null {
  const region = smaller(known.fact.region, copy.fact.region);
  const subject = smaller(known.fact.subject, copy.fact.subject);
  const winner = winnerOf(known, copy) ?? known;
  if (winner === known && region === known.fact.region && subject === known.fact.subject) return null;
  return { entry: winner.entry, fact: { ...winner.fact, region, subject } };
}

/** What both amount to but for region and subject; null: the copy is no news. */
function winnerOf(known: Event, copy: Event): Event | null {
  const before = known.fact.contradiction;
  const knownIsCallback = !isFinding(known);
  const copyIsCallback = !isFinding(copy);
  // Nearly every copy is the same one again.
  if (knownIsCallback === copyIsCallback && saysTheSame(known, copy)) return null;
  const knownText = textOf(known);
  const copyText = textOf(copy);
  if (knownIsCallback === copyIsCallback && knownText === copyText) return null;
  const copyDigest = digestOf(copyText, copyIsCallback);
  if (before?.digests.includes(copyDigest)) return null;
  const order =
    Number(copyIsCallback) - Number(knownIsCallback) ||
    known.entry.eventTime - copy.entry.eventTime ||
    compareText(knownText, copyText);
  const copyWins = order > 0;
  const digests = [...(before?.digests ?? []), copyWins ? digestOf(knownText, knownIsCallback) : copyDigest]
    .sort(compareText)
    .slice(0, maxDigests);
  if (!copyWins && !digests.includes(copyDigest)) return null;
  const contradiction: Contradiction = { callback: copyWins ? copyIsCallback : knownIsCallback, digests };
  const winner = copyWins ? copy : known;
  const { receivedAt, source } = known.entry;
  return { entry: { ...winner.entry, receivedAt, source }, fact: { ...winner.fact, contradiction } };
}

/** What a copy says, as one text: digests of it are stored, so it must stay the same from release to release. */
function textOf({ entry, fact }: Event): string {
  const job = withoutNoClip(fact.job);
  const {
    subject: _,
    storage,
    snapshot,
    content,
    workflow,
    ...told
  } = { ...fact, job, region: null, contradiction: null };
  // What earlier releases had no words for is said only where there is something to say.
  const later = [storage, snapshot, content, workflow].filter((one) => one !== null);
  const outputs = told.outputs.map(({ audioOnly, ...output }) => (audioOnly ? { ...output, audioOnly } : output));
  const { eventTime, status, jobId, errorCode, implausible } = entry;
  return JSON.stringify([eventTime, status, jobId, errorCode, { ...told, outputs }, ...later, ...implausible]);
}

/** As earlier releases, which knew no clips, had it. */
function withoutNoClip(job: Fact['job']): Partial<Fact['job']> {
  if (job === null || job.clip !== null) return job;
  const { clip: _, ...told } = job;
  return told;
}

/** Of two events that say the same the texts are the same, but making them costs more than comparing. */
function saysTheSame(a: Event, b: Event): boolean {
  const { eventTime, status, jobId, errorCode, implausible } = a.entry;
  const other = b.entry;
  if (eventTime !== other.eventTime || status !== other.status || jobId !== other.jobId) return false;
  if (errorCode !== other.errorCode || !sameValue(implausible, other.implausible)) return false;
  const fields = Object.keys(a.fact) as (keyof Fact)[];
  return fields.every((field) => isOfDelivery(field) || sameValue(a.fact[field], b.fact[field]));
}

const isOfDelivery = (field: keyof Fact): boolean =>
  field === 'region' || field === 'contradiction' || field === 'subject';

function smaller<T extends string>(a: T | null, b: T | null): T | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}

function digestOf(text: string, isCallback: boolean): string {
  return hashOf([isCallback ? 'callback' : 'finding', text]).slice(0, 16);
}

/** Equality of plain data: what JSON can hold. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a) as (keyof typeof a)[];
  return keys.length === Object.keys(b).length && keys.every((key) => sameValue(a[key], b[key]));
}
