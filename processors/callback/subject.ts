import { type Body, isObject, objectOf, plain, textOf, trimmedKeys } from './fields.ts';
import { parseJson } from './json.ts';
import { Unusable } from './unusable.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Longest subject id that is accepted, in UTF-16 units: it becomes a Kafka key and an Avro string. */
export const maxSubjectIdLength = 256;

export type Subject =
  | { readonly ok: true; readonly subjectId: string; readonly eventType: string | null }
  | { readonly ok: false; readonly reason: string };

/** The body as an object with trimmed keys, or why it is none. */
export type Opened =
  | { readonly ok: true; readonly body: Body; readonly text: string }
  | { readonly ok: false; readonly reason: string };

/**
 * What a connector needs to know of a callback: the id of the thing it is about, which is its Kafka key. Takes the body
 * exactly as received; never throws. Order of the id fields: VideoId, MediaId, ImageId, AttachedMediaId,
 * TaskInput.Media, then `job:` + JobId (cloud facts 1.2).
 */
export function subjectOf(body: Uint8Array): Subject {
  const opened = openBody(body);
  if (!opened.ok) return opened;
  let subjectId: string | null;
  try {
    subjectId = subjectIdOf(opened.body);
  } catch (error) {
    if (error instanceof Unusable) return { ok: false, reason: error.message };
    throw error;
  }
  if (subjectId === null)
    return {
      ok: false,
      reason: 'no subject id: none of VideoId, MediaId, ImageId, AttachedMediaId, TaskInput.Media, JobId',
    };
  if (subjectId.length > maxSubjectIdLength)
    return { ok: false, reason: `subject id of ${subjectId.length} characters: at most ${maxSubjectIdLength}` };
  return { ok: true, subjectId, eventType: textOf(opened.body.EventType) };
}

/** The subject id of an opened body, or null. @throws Unusable for one with a control character */
export function subjectIdOf(body: Body): string | null {
  const id = textOf(body.VideoId) ?? textOf(body.MediaId) ?? textOf(body.ImageId) ?? textOf(body.AttachedMediaId);
  if (id !== null) return idFrom(id);
  const media = objectOf(body.TaskInput);
  const taskMedia = media === null ? null : textOf(media.Media);
  if (taskMedia !== null) return idFrom(taskMedia);
  const jobId = textOf(body.JobId);
  return jobId === null ? null : `job:${idFrom(jobId)}`;
}

const idFrom = (text: string): string => plain(text, 'the subject id').toWellFormed();

/** Decodes and parses a body. Never throws. */
export function openBody(bytes: Uint8Array): Opened {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return { ok: false, reason: 'not UTF-8' };
  }
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    return { ok: false, reason: text.trim() === '' ? 'empty body' : 'not JSON' };
  }
  if (!isObject(value)) return { ok: false, reason: 'not a JSON object' };
  return { ok: true, body: trimmedKeys(value), text };
}
