/** What lists may be filtered by, in the order in which it is offered: the words of the API, of which a test keeps them. */

export const jobTypes = ['TRANSCODE', 'AUDIT', 'SNAPSHOT', 'COVER', 'DNA', 'TAGS', 'COMPOSE', 'CLIP'];
export const jobStates = [
  'AWAITING_APPROVAL',
  'PLANNED',
  'SUBMITTED',
  'ACKNOWLEDGED',
  'DONE',
  'FAILED',
  'IN_DOUBT',
  'REFUSED',
  'DECIDED',
];
/** A session that was merged into another is listed as that one. */
export const sessionStatuses = [
  'RECORDING',
  'ENDED',
  'COMPOSING',
  'COMPOSED',
  'TRANSCODING',
  'READY',
  'PARTIAL',
  'FAILED',
];
export const videoStatuses = [
  'ANNOUNCED',
  'RECORDED',
  'SOURCE_READY',
  'TRANSCODING',
  'PLAYABLE',
  'TRANSCODED',
  'PARTIAL',
  'FAILED',
  'DELETED',
];
export const videoKinds = ['SEGMENT', 'COMPOSED', 'UPLOAD', 'UNKNOWN'];
export const subjects = ['VIDEO', 'IMAGE', 'ATTACHED_MEDIA', 'MEDIA', 'JOB', 'COMPOSITION'];
