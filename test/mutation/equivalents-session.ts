import type { Equivalent } from './equivalent.ts';

const session = (name: string) => `processors/session/${name}.ts`;
const times = { file: session('times'), within: 'lastActivity', why: 'the walk through all times comes to the same' };
const record = { file: session('record'), within: 'digestOf', why: 'what follows differs in kind where these differ' };
const facts = { file: session('facts'), within: 'withFact' };
const inLedger = 'compositions.find((composition) => jobOf(composition.token) === job)';

export const inSession: readonly Equivalent[] = [
  { ...times, from: 'latest - sinceMs <= retentionMs', to: 'false' },
  { ...times, from: 'latest - sinceMs <= retentionMs', to: 'latest - sinceMs < retentionMs' },
  { ...times, from: 'latest - sinceMs', to: 'latest + sinceMs' },
  {
    ...record,
    from: 'sum.add(content.segments.length).add(content.gaps.length).add(content.composed.length);',
    to: ';',
  },
  { ...record, from: 'sum.add(composition !== null);', to: ';' },
  { ...record, from: 'composition !== null', to: 'composition === null' },
  {
    ...facts,
    from: 'videos.findIndex((other) => other.videoId === video.videoId)',
    to: 'videos.findLastIndex((other) => other.videoId === video.videoId)',
    why: 'a video has one fact',
  },
  {
    ...facts,
    within: 'newsOf',
    from: 'now > before',
    to: 'now >= before',
    why: 'that they are the same was asked before',
  },
  {
    file: session('composition'),
    within: 'compositionOf',
    from: inLedger,
    to: inLedger.replace('find', 'findLast'),
    why: 'the ledger has a job once',
  },
  {
    file: session('projection'),
    within: 'ownComposition',
    from: inLedger,
    to: inLedger.replace('find', 'findLast'),
    why: 'the ledger has a job once',
  },
  {
    file: session('status'),
    within: 'progressOf',
    from: 'progress.indexOf(status)',
    to: 'progress.lastIndexOf(status)',
    why: 'a status is listed once',
  },
];
