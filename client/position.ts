import { FollowFault, type StateTopic } from './states.ts';

/** `<topic>/<next offset of partition 0>.<of partition 1>…` */
export const encodeOffsets = (topic: StateTopic, offsets: readonly number[]): string => `${topic}/${offsets.join('.')}`;

/** The next offsets of a position; partitions that the topic got since start at 0. @throws FollowFault `BAD_POSITION` */
export function decodeOffsets(topic: StateTopic, partitions: number, position: string): number[] {
  const slash = position.indexOf('/');
  const offsets = position.slice(slash + 1).split('.');
  const usable =
    position.slice(0, slash) === topic && offsets.length <= partitions && offsets.every((o) => /^\d{1,15}$/.test(o));
  if (!usable) {
    throw new FollowFault('BAD_POSITION', `from: ${JSON.stringify(position)} is no position of ${topic} over Kafka`);
  }
  return Array.from({ length: partitions }, (_, partition) => Number(offsets[partition] ?? 0));
}

/** `<event id>#<followed session>`: the session only where it isn't the one asked for any more. */
export const encodeEventId = (eventId: string, movedTo: string | null): string =>
  movedTo === null ? eventId : `${eventId}#${encodeURIComponent(movedTo)}`;

export function decodeEventId(position: string): { eventId: string; movedTo: string | null } {
  const hash = position.indexOf('#');
  if (hash < 0) return { eventId: position, movedTo: null };
  return { eventId: position.slice(0, hash), movedTo: decodeURIComponent(position.slice(hash + 1)) };
}
