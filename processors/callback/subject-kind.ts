import type { SubjectKind } from '../../schemas/generated/VideoState.ts';
import { type Body, textOf } from './fields.ts';

const byMediaType: ReadonlyMap<string, SubjectKind> = new Map([
  ['image', 'IMAGE'],
  ['attached', 'ATTACHED_MEDIA'],
]);

/**
 * What an event says that its id names (cloud facts 1.2): null for a video, and where it doesn't say. MediaId may be any
 * of them; only DeleteMediaComplete and MediaBaseChangeComplete tell which (MediaType).
 */
export function subjectToldBy(body: Body): SubjectKind | null {
  if (textOf(body.VideoId) !== null) return null;
  if (textOf(body.MediaId) !== null) return byMediaType.get(textOf(body.MediaType)?.toLowerCase() ?? '') ?? null;
  if (textOf(body.ImageId) !== null) return 'IMAGE';
  return textOf(body.AttachedMediaId) === null ? null : 'ATTACHED_MEDIA';
}
