import type { VideoStatus } from '../../schemas/generated/VideoState.ts';
import type { Outcome } from './outcome.ts';
import { theOne } from './the-one.ts';

/** What a user means by each status (docs/video-status.md), said of what happened. */
export function videoSeenAs(outcome: Outcome): VideoStatus {
  return theOne(sentences, outcome);
}

const plays = ({ playable, blocked }: Outcome) => playable.length > 0 && !blocked;
const isWorkedOn = ({ running, blocked }: Outcome) => running > 0 && !blocked;
/** Nothing was made of it, and nothing is being made of it. */
const untouched = ({ running, playable, missing, blocked }: Outcome) =>
  running + playable.length + missing.length === 0 && !blocked;
/** It is the file itself that one can watch. */
const sourcePlays = (it: Outcome) => it.sourcePlays && it.playable.length === 0 && !it.blocked;
const isGone = ({ source }: Outcome) => source === 'failed' || source === 'lost';

const sentences: Readonly<Record<VideoStatus, (outcome: Outcome) => boolean>> = {
  /** A user has deleted it. */
  DELETED: ({ source }) => source === 'deleted',
  /** It must not be shown; or all that was tried was in vain; or there never was a file. */
  FAILED: (it) =>
    it.blocked ||
    (!plays(it) && !sourcePlays(it) && !isWorkedOn(it) && it.missing.length > 0) ||
    (untouched(it) && isGone(it)),
  /** One can watch it, and more of it is on its way; or the file, and no more of it was tried. */
  PLAYABLE: (it) => (plays(it) && isWorkedOn(it)) || (sourcePlays(it) && (isWorkedOn(it) || it.missing.length === 0)),
  /** One can watch it, but not in all qualities that it was to have. */
  PARTIAL: (it) => (plays(it) || sourcePlays(it)) && !isWorkedOn(it) && it.missing.length > 0,
  /** One can watch it in all qualities. */
  TRANSCODED: (it) => plays(it) && !isWorkedOn(it) && it.missing.length === 0,
  /** One can't watch it yet. */
  TRANSCODING: (it) => !plays(it) && !sourcePlays(it) && isWorkedOn(it),
  /** The file is there, and nothing has been started with it. */
  SOURCE_READY: (it) => untouched(it) && it.source === 'there' && !it.sourcePlays,
  /** It was recorded; the file is on its way. */
  RECORDED: (it) => untouched(it) && it.source === 'none' && it.recorded,
  /** There is to be such a video. */
  ANNOUNCED: (it) => untouched(it) && it.source === 'none' && !it.recorded,
};
