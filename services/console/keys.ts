/** The layout of the console's local store. `!` sorts before every character that an id may start with. */
import type { StateTopic } from './cursor.ts';

const letter: Readonly<Record<StateTopic, string>> = { 'video-state': 'v', 'session-state': 's' };
const inverse = (timeMs: number) =>
  String(9_999_999_999_999 - Math.max(0, Math.min(timeMs, 9_999_999_999_999))).padStart(13, '0');

export const metaKey = 'm!';
/** When the view last showed all that was committed. */
export const asOfKey = 'a!';
/** Next offset to read of one partition. */
export const positionKey = (topic: StateTopic, partition: number) =>
  `p!${letter[topic]}!${String(partition).padStart(5, '0')}`;
/** Offset up to which tombstones of one partition were forgotten. */
export const horizonKey = (topic: StateTopic, partition: number) =>
  `h!${letter[topic]}!${String(partition).padStart(5, '0')}`;
/** The latest record of one key. */
export const stateKey = (topic: StateTopic, id: string) => `k!${letter[topic]}!${id}`;
/** Which key's latest record lies at an offset: the partition's changes in order. */
export const offsetKey = (topic: StateTopic, partition: number, offset: number) =>
  `o!${letter[topic]}!${String(partition).padStart(5, '0')}!${String(offset).padStart(16, '0')}`;
/** All keys of a topic, newest first. */
export const listPrefix = (topic: StateTopic) => `l!${letter[topic]}!`;
/** What a list may be narrowed to by an index of its own, and the letter that tells the indexes apart. */
const indexLetter = {
  ...{ stream: 't', domain: 'd', app: 'e', domainApp: 'f', streamName: 'g' },
  ...{ gist: 'i', job: 'j' },
} as const;
export type Index = keyof typeof indexLetter;
/** The keys of one stream, domain, app, domain and app (`domain/app`), StreamName, or mark, newest first. */
export const indexPrefix = (topic: StateTopic, index: Index, name: string) =>
  `${indexLetter[index]}!${letter[topic]}!${name}!`;
/** Position in a list: newest first, then by id. */
export const listSuffix = (timeMs: number, id: string) => `${inverse(timeMs)}!${id}`;
/** Where a list that starts at `timeMs` (going back in time) begins. */
export const listFrom = (timeMs: number) => inverse(timeMs);
/** The end of every key that starts with `prefix`. */
export const after = (prefix: string) => `${prefix}\uffff`;
/** Where all lists of one kind of index begin. */
export const indexesPrefix = (topic: StateTopic, index: Index) => `${indexLetter[index]}!${letter[topic]}!`;
