import { liveRecordOf, subjectOf } from '../../processors/callback/index.ts';
import { streamKeyOf } from '../../processors/stream-key.ts';
import { deadLetterHeaders } from '../../schemas/dead-letter.ts';
import { header } from '../../schemas/topics.ts';
import type { OutgoingRecord } from './record.ts';

/** Which way a body came in, and from where. Becomes record headers: a body can't claim it. */
export type Origin = {
  /** `live`: ApsaraVideo Live's own record callbacks, which are no events of a video. */
  readonly source: 'http' | 'mns' | 'live';
  readonly region: string;
  readonly receivedAtMs: number;
  /**
   * Of `live`: when the cloud sent it, as it signed; null where it didn't sign. Of `mns`: when it came into its queue, where
   * that was long before.
   */
  readonly sentAtMs?: number | null;
};

/** The record for an authentic body, and why it goes to `dead-letters` where it does. */
export type Admission = { readonly record: OutgoingRecord; readonly reason: 'oversize' | 'unusable' | null };

/**
 * The record for an authentic body. Every one is kept: on `callbacks`, keyed by what it is about, or on `dead-letters`
 * where no processor could use it. Only what the key needs is read.
 * @param limitBytes larger bodies go to `dead-letters`
 */
export function admit(body: Uint8Array, origin: Origin, limitBytes: number): Admission {
  const headers = {
    [header.source]: origin.source,
    [header.receivedAt]: String(origin.receivedAtMs),
    [header.region]: origin.region,
    ...(origin.sentAtMs == null ? {} : { [header.sentAt]: String(origin.sentAtMs) }),
  };
  function deadLetter(reason: 'oversize' | 'unusable', error: string): Admission {
    const why = deadLetterHeaders(origin.source === 'mns' ? 'mns' : 'ingress', reason, error);
    return { reason, record: { topic: 'dead-letters', key: null, value: body, headers: { ...headers, ...why } } };
  }

  if (body.length > limitBytes) return deadLetter('oversize', `${body.length} bytes, the limit is ${limitBytes}`);
  const subject = origin.source === 'live' ? liveStreamOf(body) : subjectOf(body);
  if (!subject.ok) return deadLetter('unusable', subject.reason);
  return { reason: null, record: { topic: 'callbacks', key: subject.subjectId, value: body, headers } };
}

type LiveStream = { readonly ok: true; readonly subjectId: string } | { readonly ok: false; readonly reason: string };

/** ApsaraVideo Live's record callbacks name their stream in lower-case fields (cloud facts 4.11). */
function liveStreamOf(body: Uint8Array): LiveStream {
  const opened = liveRecordOf(body, 0);
  return opened.ok ? { ok: true, subjectId: streamKeyOf(opened.record.stream) } : opened;
}
