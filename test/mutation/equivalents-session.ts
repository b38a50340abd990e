import type { Equivalent } from './equivalent.ts';

const session = (name: string) => `processors/session/${name}.ts`;
const times = { file: session('times'), within: 'lastActivity', why: 'the walk through all times comes to the same' };
const record = { file: session('record'), within: 'digestOf', why: 'what follows differs in kind where these differ' };
const facts = { file: session('facts'), within: 'withFact' };
const turn = { file: session('turn'), within: 'turn' };
const late = { file: session('topology'), within: 'heldFact' };
const keep = { file: session('records'), within: 'keep' };
const judge = { file: session('history'), within: 'judge' };
const inLedger = 'compositions.find((composition) => compositionKeyOf(composition.token) === key)';

export const inSession: readonly Equivalent[] = [
  ...[
    ['current.filter((session) => isOverAt(retiresAt(session, rules), clock))', 'current'],
    [
      'group.startMs >= toMs || composed.every(({ video }) => homeOf(video, compositions) < toMs)',
      'composed.every(({ video }) => homeOf(video, compositions) < toMs)',
    ],
    ['group.startMs >= toMs', 'group.startMs > toMs'],
  ].map(([from = '', to = '']) => ({ ...judge, from, to, why: 'more is judged than has changed' })),
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
    file: session('ledger'),
    within: 'compositionOf',
    from: inLedger,
    to: inLedger.replace('find', 'findLast'),
    why: 'the ledger has a job once',
  },
  {
    file: session('composition-parts'),
    within: 'compositionFor',
    from: inLedger.replace('compositions', 'ours'),
    to: inLedger.replace('compositions.find', 'ours.findLast'),
    why: 'the ledger has a job once',
  },
  {
    file: session('status'),
    within: 'progressOf',
    from: 'progress.indexOf(status)',
    to: 'progress.lastIndexOf(status)',
    why: 'a status is listed once',
  },
  {
    file: session('turn'),
    within: 'dueAt',
    from: '!session.settled',
    to: 'true',
    why: 'where it is settled, the moment at which it settles is past',
  },
  {
    ...turn,
    from: 'left.size === 0 ? span.videos : span.videos.filter((video) => !left.has(video))',
    to: 'span.videos.filter((video) => !left.has(video))',
    why: 'saves a walk where nothing leaves',
  },
  { ...turn, from: '0', to: '(-1)', why: 'saves a walk where nothing leaves' },
  {
    file: session('turn'),
    within: 'decide',
    from: 'taken.length === 0 ? ledger : withCompositions(ledger, taken)',
    to: 'withCompositions(ledger, taken)',
    why: 'the ledger is in order',
  },
  { file: session('turn'), within: 'decide', from: '0', to: '(-1)', why: 'the ledger is in order' },
  { file: session('closing'), within: 'longest', from: '0', to: '(-1)', why: 'no length is negative' },
  {
    file: session('kept-rules'),
    within: 'firstIn',
    from: 'index < said.length',
    to: 'index <= said.length',
    why: 'behind the last there is none, and none ends the search',
  },
  { file: session('topology'), within: 'sessionTopology', from: '0', to: '(1)', why: 'what fires is due at some time' },
  {
    file: session('topology'),
    within: 'sessionTopology',
    from: '0',
    to: '(-1)',
    why: 'what fires is due at some time',
  },
  {
    ...late,
    from: 'own.videos.find((other) => other.videoId === videoId)',
    to: 'own.videos.findLast((other) => other.videoId === videoId)',
    why: 'a video has one fact',
  },
  {
    ...late,
    from: 'page?.state.videos.find((other) => other.videoId === videoId)',
    to: 'page?.state.videos.findLast((other) => other.videoId === videoId)',
    why: 'a video has one fact',
  },
  { ...late, from: 'undefined', to: 'null', why: 'either says that nothing is held' },
  {
    file: session('topology'),
    within: 'changesOf',
    from: 'Math.abs(home - held.home) <= reachMs',
    to: 'Math.abs(home - held.home) < reachMs',
    why: 'as far as nothing depends on it, one step or two come to the same',
  },
  {
    ...judge,
    from: 'lastMs >= archivedBefore',
    to: 'lastMs > archivedBefore',
    why: 'what begins there is taken in as what comes next',
  },
  {
    ...judge,
    from: 'withOwn ? [archivedBefore] : []',
    to: '[archivedBefore]',
    why: 'without the own record no session begins there',
  },
  {
    ...judge,
    within: 'extend',
    from: 'archivedBefore - endMs <= reachMs',
    to: 'archivedBefore - endMs < reachMs',
    why: 'nothing depends on what is as far away',
  },
  {
    ...keep,
    from: 'archivedBefore === null ? [] : videos.filter((video) => isOld(homeIn(video)))',
    to: 'videos.filter((video) => isOld(homeIn(video)))',
    why: 'nothing is old then',
  },
  {
    ...keep,
    within: 'boundary',
    from: 'group.startMs < before',
    to: 'group.startMs <= before',
    why: 'one that begins there begins where the record does',
  },
];
