/** The two public state topics that the console follows. */
export type StateTopic = 'video-state' | 'session-state';
export const stateTopics: readonly StateTopic[] = ['video-state', 'session-state'];

/**
 * Where a reader stands: for each followed partition the next offset that it has not seen. Written as the `id` of a
 * server-sent event, so that `Last-Event-ID` resumes without a gap or a repeat.
 */
export type Position = { readonly [T in StateTopic]: readonly number[] };

/** `<epoch>~<video offsets, dot separated>~<session offsets>`; the epoch names cluster and topics. */
export function encodePosition(epoch: string, position: Position): string {
  return [epoch, ...stateTopics.map((topic) => position[topic].join('.'))].join('~');
}

/** The position of an event id; null when it isn't one of this epoch with these partition counts. */
export function decodePosition(
  epoch: string,
  partitions: Readonly<Record<StateTopic, number>>,
  id: string,
): Position | null {
  const [idEpoch, ...lists] = id.split('~');
  if (idEpoch !== epoch || lists.length !== stateTopics.length) return null;
  const offsets = lists.map((list) =>
    list === '' ? [] : list.split('.').map((text) => (/^\d{1,16}$/.test(text) ? Number(text) : Number.NaN)),
  );
  const [video = [], session = []] = offsets;
  const position = { 'video-state': video, 'session-state': session };
  const fits = stateTopics.every(
    (topic) => position[topic].length === partitions[topic] && position[topic].every(Number.isSafeInteger),
  );
  return fits ? position : null;
}
