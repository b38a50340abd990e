import type { SessionStatus } from '../../schemas/generated/SessionState.ts';
import type { ComposedBy } from '../scenario/fact.ts';
import type { Outcome } from './outcome.ts';
import { theOne } from './the-one.ts';

/** What became of a show. */
export type ShowOutcome = {
  /** The stream has ended, and that can be known by now. */
  readonly isOver: boolean;
  /** Who was to make one film of its recordings. */
  readonly composedBy: ComposedBy;
  /** Its recordings. */
  readonly files: readonly Outcome[];
  /** What was made of them: the latest attempt for each kind of file. */
  readonly films: readonly Outcome[];
  /** Nobody is to transcode what can be watched as it is. */
  readonly leftAsIs: boolean;
};

/** What a user means by each status (docs/session-status.md), said of what happened. No show becomes another here. */
export function sessionSeenAs(show: ShowOutcome): SessionStatus {
  if (!show.leftAsIs) return theOne(sentences, show);
  return theOne(sentences, { ...show, files: show.files.map(asItIs), films: show.films.map(asItIs) });
}

/** What is left as it is, is all there is to be of it. */
function asItIs(one: Outcome): Outcome {
  if (!one.sourcePlays || one.running + one.playable.length + one.missing.length > 0) return one;
  return { ...one, playable: [{ label: 'source', sinceTime: 0 }] };
}

/** One can watch something of it. */
const plays = ({ playable, sourcePlays, blocked }: Outcome) => (playable.length > 0 || sourcePlays) && !blocked;
/** One can watch it in all qualities, for good. */
const isWhole = (one: Outcome) =>
  one.playable.length > 0 && !one.blocked && one.running === 0 && one.missing.length === 0;
const isGone = (one: Outcome) => one.blocked || ['failed', 'lost', 'deleted'].includes(one.source);
const isMade = (one: Outcome) => one.source === 'there' && !isGone(one);
const isWorkedOn = (one: Outcome) => one.running > 0 && !isGone(one);
/** Its source is there, and no transcode has begun. */
const waits = (one: Outcome) => isMade(one) && one.running + one.playable.length + one.missing.length === 0;
/** Whatever was to come of it has come. */
const isDone = (one: Outcome) => isGone(one) || (one.running === 0 && one.playable.length + one.missing.length > 0);

/** A film was made or is to be made: what people wait for is the film. */
const hasFilm = ({ films, composedBy }: ShowOutcome) => films.length > 0 || composedBy !== 'nobody';
const isBegun = ({ films }: ShowOutcome) => films.length > 0;
const filmsAre = (of: (film: Outcome) => boolean) => (show: ShowOutcome) => isBegun(show) && show.films.every(of);
/** A film isn't there yet: it is being made, or we have asked for it. */
const isComposing = (show: ShowOutcome) =>
  show.films.some((film) => !isMade(film) && !isGone(film)) || (!isBegun(show) && show.composedBy === 'user');
const filmWaits = (show: ShowOutcome) => !isComposing(show) && show.films.some(waits);
const filmIsWorkedOn = (show: ShowOutcome) => !isComposing(show) && !filmWaits(show) && show.films.some(isWorkedOn);
const isPlayable = ({ films, files }: ShowOutcome) => [...films, ...files].some(plays);
const neverBegun = (show: ShowOutcome) => show.composedBy === 'cloud' && !isBegun(show);
const filesUnderWay = (show: ShowOutcome) =>
  !hasFilm(show) &&
  !show.files.every(isDone) &&
  show.files.some((file) => isWorkedOn(file) || (plays(file) && !waits(file)));
const isSettled = (show: ShowOutcome) => (hasFilm(show) ? filmsAre(isDone)(show) : show.files.every(isDone));
const isReady = (show: ShowOutcome) => (hasFilm(show) ? filmsAre(isWhole)(show) : show.files.every(isWhole));

const sentences: Readonly<Record<SessionStatus, (show: ShowOutcome) => boolean>> = {
  MERGED: () => false,
  /** The stream may go on. */
  RECORDING: (show) => !show.isOver,
  /** It is over, and nothing of what people wait for has begun. */
  ENDED: (show) =>
    show.isOver &&
    ((!hasFilm(show) && !isSettled(show) && !filesUnderWay(show)) || (neverBegun(show) && !isPlayable(show))),
  /** The film is being made. */
  COMPOSING: (show) => show.isOver && isComposing(show),
  /** The film is there, and no transcode has begun. */
  COMPOSED: (show) => show.isOver && filmWaits(show),
  /** The film, or where there is none some recording, is being transcoded. */
  TRANSCODING: (show) => show.isOver && (filmIsWorkedOn(show) || filesUnderWay(show)),
  /** All that people wait for can be watched. */
  READY: (show) => show.isOver && isSettled(show) && isReady(show),
  /** Something can be watched, and no more is to come, or is late. */
  PARTIAL: (show) => show.isOver && isPlayable(show) && ((isSettled(show) && !isReady(show)) || neverBegun(show)),
  /** Nothing can be watched, and nothing is to come. */
  FAILED: (show) => show.isOver && isSettled(show) && !isPlayable(show),
};
