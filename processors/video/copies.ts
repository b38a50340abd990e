import type { Contradiction, Fact, TimelineEntry } from '../../schemas/generated/VideoState.ts';
import { compareText, hashOf } from '../callback/index.ts';

type Copy = { readonly entry: TimelineEntry; readonly fact: Fact };

/** Digests of losing copies that are remembered per event: the smallest. With more copies only `revision` may depend on order. */
const maxDigests = 16;

/**
 * Two copies of one event. Normally they are the same, and the later one is dropped (null). Where they differ, in what
 * they say or in whether a callback or the reconciler says it, one of them holds whatever the order of arrival: a
 * callback before a finding of the reconciler, then the earlier event time, then the smaller text. The losers' digests
 * are kept, so that each of them is news only once: also of a finding that says what the callback says, since against a
 * third copy it matters which of them said it. `receivedAt` and `source` stay those of the first copy.
 */
export function settleCopies(known: Copy, copy: Copy): Copy | null {
  const before = known.fact.contradiction;
  const knownIsCallback = before?.callback ?? known.entry.source !== 'reconciler';
  const copyIsCallback = copy.entry.source !== 'reconciler';
  if (knownIsCallback === copyIsCallback && saysTheSame(known, copy)) return null;
  const knownText = textOf(known);
  const copyText = textOf(copy);
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
  return {
    entry: { ...winner.entry, receivedAt, source },
    fact: { ...winner.fact, region: known.fact.region ?? copy.fact.region, contradiction },
  };
}

function saysTheSame(a: Copy, b: Copy): boolean {
  return (
    a.entry.eventTime === b.entry.eventTime &&
    a.entry.status === b.entry.status &&
    a.entry.jobId === b.entry.jobId &&
    a.entry.errorCode === b.entry.errorCode &&
    sameValue({ ...a.fact, region: null, contradiction: null }, { ...b.fact, region: null, contradiction: null })
  );
}

function textOf({ entry, fact }: Copy): string {
  return JSON.stringify([
    entry.eventTime,
    entry.status,
    entry.jobId,
    entry.errorCode,
    { ...fact, region: null, contradiction: null },
  ]);
}

function digestOf(text: string, isCallback: boolean): string {
  return hashOf([isCallback ? 'callback' : 'finding', text]).slice(0, 16);
}

/** Equality of plain data: what JSON can hold. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, i) => sameValue(item, b[i]));
  }
  const keys = Object.keys(a) as (keyof typeof a)[];
  return keys.length === Object.keys(b).length && keys.every((key) => sameValue(a[key], b[key]));
}
