import type { Equivalent } from './equivalent.ts';

const video = (file: string, within: string, why: string, changes: readonly (readonly [string, string])[]) =>
  changes.map(([from, to]): Equivalent => ({ file: `processors/video/${file}.ts`, within, from, to, why }));

export const inVideo: readonly Equivalent[] = [
  ...video('lanes', 'meaningOf', 'Meanings are only compared: which of two is told by which word is the same.', [
    ['one !== null', 'one === null'],
    ['length > 0', 'length <= 0'],
    ["fact.outputs[0]?.status === 'SUCCESS'", "fact.outputs[0]?.status !== 'SUCCESS'"],
  ]),
  ...video('lanes', 'maxEventBytes', 'A bound that saves measuring: what may not fit is measured.', [
    ['3_700', '(3701)'],
    ['3_700', '(3699)'],
  ]),
  ...video('lanes', 'maxOutputBytes', 'A bound that saves measuring: what may not fit is measured.', [
    ['3_000', '(3001)'],
    ['3_000', '(2999)'],
  ]),
  ...video('event-set', 'haveRoom', 'Saves measuring, and the queue: where not all surely fit, it comes to the same.', [
    ['most <= room.bytes', 'most < room.bytes'],
    ['most <= room.bytes', 'false'],
    ['bytes <= room.bytes', 'bytes < room.bytes'],
    ['bytes <= room.bytes', 'false'],
    ['laneOf(event) === lane', 'true'],
    ['0', '(1)'],
    ['0', '(-1)'],
  ]),
  ...video('event-set', 'insert', 'Saves the queue where all fit: it comes to the same.', [
    ['before === undefined && haveRoom(events, lane) ? [] : queueFor(events, lane)', 'queueFor(events, lane)'],
  ]),
  ...video('event-set', 'insert', 'A lane has one cut; fewer than none are taken out.', [
    ['set.cuts.find((cut) => cut.lane === lane)', 'set.cuts.findLast((cut) => cut.lane === lane)'],
    ['0', '(-1)'],
  ]),
  ...video('event-set', 'placeOf', 'No two events of a set have one id, so none are in one place.', [
    ['compareEvents(before, event) <= 0', 'compareEvents(before, event) < 0'],
  ]),
  ...video('renditions', 'addOutput', 'Of two times that are the same either is the earlier.', [
    ['time < known.time', 'time <= known.time'],
  ]),
  ...video('renditions', 'addSubmitted', 'What was submitted has no label, and runs: no summary matters to it.', [
    ['-1', '1'],
    ['1', '(2)'],
    ['1', '(0)'],
  ]),
  ...video('events', 'timelineOf', 'Saves reading the events anew: they are the same.', [
    ['remember(timeline, events);', ';'],
  ]),
  ...video('events', 'remember', 'Saves reading the events anew: they are the same.', [
    ['new Source(timeline, events);', ';'],
  ]),
  ...video('compaction', 'compactFact', 'Saves a copy where nothing is referred to.', [
    ['listed.length === 0 ? fact : { ...fact, outputs, listed }', '{ ...fact, outputs, listed }'],
  ]),
  ...video(
    'container',
    'containerOf',
    'Saves time for addresses that end in the usual container: searched, they say the same.',
    [
      ["url.endsWith('.m3u8') && !url.includes('?') && !url.includes('#')", 'false'],
      ["url.endsWith('.m3u8')", "url.startsWith('.m3u8')"],
      ["'?'", "''"],
      ["'#'", "''"],
    ],
  ),
  ...video('compaction', 'fullFact', 'Saves a copy where nothing is referred to.', [
    ['fact.listed.length === 0', 'false'],
    ['0', '(-1)'],
  ]),
  ...video('conflicts', 'winnerOf', 'Copies that are in no order are the same, and no news.', [
    ['order > 0', 'order >= 0'],
  ]),
  ...video('conflicts', 'smaller', 'Of two that are the same either is the smaller.', [['a < b', 'a <= b']]),
  ...video('subject', 'subjectOf', 'Of two that are the same either is the smaller.', [
    ['fact.subject < subject', 'fact.subject <= subject'],
  ]),
  ...video(
    'ledger',
    'entryProgress',
    'Saves a copy of an entry of which nothing was heard: made anew it is the same.',
    [['!isSpokenOf && isAsPlanned(job)', 'false']],
  ),
  ...video('compaction', 'compactFact', 'Saves sorting out outputs that are all referred to: it comes to the same.', [
    ['areAllKnown(references)', 'false'],
  ]),
  ...video('compaction', 'placesIn', 'Saves time: looked up or searched for, a rendition is in the same place.', [
    ['renditions.length <= fewRenditions', 'false'],
    ['renditions.length <= fewRenditions', 'renditions.length < fewRenditions'],
  ]),
  ...video('ledger', 'endingOf', 'A job has one rendition.', [
    [
      'renditions.find((candidate) => candidate.jobId === jobId)',
      'renditions.findLast((candidate) => candidate.jobId === jobId)',
    ],
  ]),
  ...video('topology', 'videoTopology', 'Saves a copy where nothing was decided.', [
    ['decision === null ? evolved.state : { ...evolved.state, ...decisions }', '{ ...evolved.state, ...decisions }'],
  ]),
];
