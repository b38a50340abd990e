/** The two public state topics that the console follows. */
export type StateTopic = 'video-state' | 'session-state';
export const stateTopics: readonly StateTopic[] = ['video-state', 'session-state'];

/** For each followed partition the next offset. */
export type Offsets = { readonly [T in StateTopic]: readonly number[] };

/**
 * Where a reader stands: for each followed partition the next offset that it has not seen. Written as the `id` of a
 * server-sent event, so that `Last-Event-ID` resumes without a gap or a repeat.
 */
export type Position = Offsets & {
  /** A deletion from before this (epoch milliseconds) is not to come any more; later ones come while they are kept. */
  readonly asOfMs: number;
};

/** `<epoch>~<as of>~<video offsets, dot separated>~<session offsets>`; the epoch names cluster and topics. */
export function encodePosition(epoch: string, position: Position): string {
  return [epoch, position.asOfMs, ...stateTopics.map((topic) => position[topic].join('.'))].join('~');
}

/** The position of an event id; null when it isn't one of this epoch with these partition counts. */
export function decodePosition(
  epoch: string,
  partitions: Readonly<Record<StateTopic, number>>,
  id: string,
): Position | null {
  const [idEpoch, asOf = '', ...lists] = id.split('~');
  if (idEpoch !== epoch || lists.length !== stateTopics.length) return null;
  const [video = [], session = []] = lists.map((list) => (list === '' ? [] : list.split('.').map(wholeNumber)));
  const position = { asOfMs: wholeNumber(asOf), 'video-state': video, 'session-state': session };
  const fits = stateTopics.every(
    (topic) => position[topic].length === partitions[topic] && position[topic].every(Number.isSafeInteger),
  );
  return fits && Number.isSafeInteger(position.asOfMs) ? position : null;
}

const wholeNumber = (text: string) => (/^\d{1,16}$/.test(text) ? Number(text) : Number.NaN);
