import type { Fact, SubjectKind } from '../../schemas/generated/VideoState.ts';
import { isCompositionStandIn } from '../composition-token.ts';
import type { Event } from './events.ts';

/** Facts that there are of a video alone. */
const ofVideos: readonly Fact['kind'][] = [
  'RECORDED',
  'COMPOSE_START',
  'COMPOSE_ACKNOWLEDGED',
  'UPLOADED_BY_URL',
  'PRODUCED',
  'SOURCE_ANALYSED',
  'STREAM_TRANSCODED',
  'TRANSCODED',
];

/** Events of media that exist already, which say neither what the media is nor that it did anything (cloud facts 1.7). */
const ofAnyMedia: readonly string[] = [
  'UpdateMediaStorageClassComplete',
  'RestoreMediaComplete',
  'SubmitMediaRefreshComplete',
];

/**
 * What an id names. Stand-ins carry it in the id: no id of the cloud has a colon. Else a video, once any event is one of
 * a video; else what the events say that it is, or some media where they say nothing at all. Nothing in `video-state` that isn't a video can be transcoded or played.
 */
export function subjectOf(id: string, events: readonly Event[]): SubjectKind {
  if (isCompositionStandIn(id)) return 'COMPOSITION';
  if (id.startsWith('job:')) return 'JOB';
  let subject: SubjectKind | null = null;
  for (const { fact } of events) {
    if (ofVideos.includes(fact.kind) || (fact.kind === 'SOURCE_READY' && fact.subject === null)) return 'VIDEO';
    if (fact.subject !== null && (subject === null || fact.subject < subject)) subject = fact.subject;
  }
  if (subject !== null) return subject;
  return events.length > 0 && events.every(({ entry }) => ofAnyMedia.includes(entry.eventType)) ? 'MEDIA' : 'VIDEO';
}
