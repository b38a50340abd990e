/** DNA and tags by policy (docs/policies.md, "What is in it"): ordered once, whoever transcodes, and holding nothing up. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Order, orderOf, tokenOf } from '../../../processors/video/index.ts';
import type { TranscodeJob } from '../../../schemas/generated/TranscodeJob.ts';
import type { VideoState } from '../../../schemas/generated/VideoState.ts';
import { check } from '../../support/property.ts';
import {
  atMs,
  type CallbackBody,
  composeStart,
  jobEvent,
  named,
  recorded,
  sourceReady,
  videoId,
} from '../callbacks.ts';
import { comparable, throughTheLog } from '../encoding.ts';
import { bookOf, run, templateGroupId } from '../run-topology.ts';

type Rule = Parameters<typeof bookOf>[0] extends readonly (infer R)[] | undefined ? NonNullable<R> : never;
type Transcode = NonNullable<NonNullable<Rule['segments']>['transcode']>;

const analyse = { dna: { dnaDbId: 'library' }, tags: { analyseTypes: ['OCR' as const, 'ASR' as const] } };
const by = (transcode: Transcode, more: object = {}) => ({
  ...{ transcode, ...(transcode === 'pipeline' ? { templateGroupId } : {}) },
  analyse,
  ...more,
});
const book = (transcode: Transcode, more: object = {}) =>
  bookOf([{ segments: by(transcode, more), maxActAgeSeconds: 600 }]);
const bySelf = book('pipeline');

const ready = [recorded(4), sourceReady(6)];
const [dnaToken, tagsToken] = [tokenOf(videoId, 'DNA', 0), tokenOf(videoId, 'TAGS', 0)];
const step = (type: string, seconds: number, token: string, more: object = {}): CallbackBody =>
  jobEvent(`StepJob${type}`, seconds, token, more);
const taken = step('Acknowledged', 7, dnaToken, { Step: 'DNA', JobId: 'ours' });
const failure = { ErrorCode: 'E.Region', ErrorMessage: 'not here' };

/** As the cloud tells them: of a media. */
const told = (EventType: string, seconds: number, JobId: string, more: object): CallbackBody =>
  named(EventType, seconds, { VideoId: undefined, MediaId: videoId, JobId, Status: 'success', Code: '0', ...more });
const like = JSON.stringify({ VideoDNA: [{ PrimaryKey: 'twin', Similarity: '0.99' }] });
const fingerprinted = (seconds: number, JobId: string, more: object = {}) =>
  told('AIMediaDNAComplete', seconds, JobId, { Data: like, ...more });
const tagged = (seconds: number, JobId: string, more: object = {}) =>
  told('AIVideoTagComplete', seconds, JobId, { Data: JSON.stringify({ Keyword: [{ Tag: 'Goal' }] }), ...more });
const failed = (body: CallbackBody): CallbackBody => ({
  ...body,
  ...{ Status: 'fail', Code: 'E.Busy', Message: 'try later', Data: undefined },
});

const orders = (jobs: readonly TranscodeJob[]): readonly Order[] => jobs.map((job) => orderOf(job));
const kinds = (jobs: readonly TranscodeJob[]) => orders(jobs).map(({ kind }) => kind);
const stepsOf = (state: VideoState | null) => state?.steps.map(({ kind, state: stands }) => `${kind} ${stands}`);

describe('DNA and tags by policy', () => {
  it.each<[Transcode, readonly string[]]>([
    ['pipeline', ['TRANSCODE', 'DNA', 'TAGS']],
    ['cloud', ['DNA', 'TAGS']],
    ['none', ['DNA', 'TAGS']],
    ['approval', ['DNA', 'TAGS']],
  ])('are ordered once the source is ready, with transcode: %s', (transcode, expected) => {
    for (const bodies of [ready, ready.toReversed()]) {
      const { jobs, state } = run([...bodies, ...bodies], { policies: book(transcode) });
      expect(kinds(jobs)).toEqual(expected);
      expect(orders(jobs)).toContainEqual({ kind: 'DNA', dnaDbId: 'library' });
      expect(orders(jobs)).toContainEqual({ kind: 'TAGS', analyseTypes: ['OCR', 'ASR'] });
      expect(jobs.slice(-2)).toMatchObject([
        { token: dnaToken, videoId, purpose: 'SEGMENT', generation: 0 },
        { token: tagsToken, videoId, purpose: 'SEGMENT', generation: 0 },
      ]);
      expect(stepsOf(state)).toEqual(['DNA PLANNED', 'TAGS PLANNED']);
    }
    expect(run([recorded(4)], { policies: book(transcode) }).jobs).toEqual([]);
  });

  it('are ordered of films where the rule says so of films, and of segments of segments', () => {
    const film = [composeStart(4), sourceReady(6)];
    const ofFilms = bookOf([{ composed: by('cloud') }]);
    expect(kinds(run(film, { policies: ofFilms }).jobs)).toEqual(['DNA', 'TAGS']);
    expect(run(ready, { policies: ofFilms }).jobs).toEqual([]);
    expect(run(film, { policies: bySelf }).jobs).toEqual([]);
    expect(run(film, { policies: ofFilms }).jobs[0]).toMatchObject({ purpose: 'COMPOSED' });
  });

  it.each<[string, object, readonly Order[]]>([
    ['neither', {}, []],
    ['neither, said so', { dna: false, tags: false }, []],
    ['DNA in the account’s own library', { dna: true }, [{ kind: 'DNA', dnaDbId: null }]],
    ['tags as the cloud takes them', { tags: true }, [{ kind: 'TAGS', analyseTypes: [] }]],
  ])('order %s', (_, wanted, expected) => {
    const policies = bookOf([{ segments: { transcode: 'none', analyse: wanted } }]);
    expect(orders(run(ready, { policies }).jobs)).toEqual(expected);
  });

  it('stand beside what is ordered before a transcode', () => {
    const beforeTranscode = { audit: true, cover: true };
    const { jobs, state } = run(ready, { policies: book('pipeline', { beforeTranscode }) });
    expect(kinds(jobs)).toEqual(['SNAPSHOT', 'AUDIT', 'DNA', 'TAGS']);
    // Only the audit holds the transcode up, also where a result comes first.
    expect(state?.jobs).toMatchObject([{ hold: 'AUDIT' }]);
    const pass = named('AIMediaAuditComplete', 20, { JobId: 'a', Status: 'success', Data: { Suggestion: 'pass' } });
    const bodies = [step('Failed', 8, dnaToken, failure), failed(tagged(9, 'other')), pass];
    const after = run(bodies, { policies: book('pipeline', { beforeTranscode }), from: state });
    expect(kinds(after.jobs)).toEqual(['TRANSCODE']);
  });

  it('are not ordered where what they find is known already', () => {
    const { jobs } = run([fingerprinted(5, 'of-a-person'), ...ready], { policies: bySelf });
    expect(kinds(jobs)).toEqual(['TRANSCODE', 'TAGS']);
    expect(kinds(run([failed(fingerprinted(5, 'x')), ...ready], { policies: bySelf }).jobs)).toContain('DNA');
    expect(kinds(run([tagged(5, 'x'), fingerprinted(5, 'y'), ...ready], { policies: bySelf }).jobs)).toEqual([
      'TRANSCODE',
    ]);
  });

  it('are not ordered anew by another policy', () => {
    const without = bookOf([{ segments: { transcode: 'none' }, maxActAgeSeconds: 600 }]);
    const other = bookOf([{ segments: { transcode: 'pipeline', templateGroupId, analyse: { dna: true } } }]);
    for (const [first, then] of [
      [without, book('none')],
      [book('none'), other],
      [book('cloud'), without],
      [bySelf, book('none', { analyse: { dna: { dnaDbId: 'another' }, tags: true } })],
    ] as const) {
      const { state } = run(ready, { policies: first });
      const again = run([...ready, named('Whatever', 30, {}), sourceReady(40)], { policies: then, from: state });
      expect(again.jobs).toEqual([]);
      expect(stepsOf(again.state)).toEqual(stepsOf(state));
      expect(again.state?.notStarted).toEqual([]);
    }
  });

  it('are not ordered of what is deleted, blocked, or has no source', () => {
    const deleted = (DeleteType: string) => named('DeleteMediaComplete', 8, { Status: 'success', DeleteType });
    const blocked = named('CreateAuditComplete', 5, { Status: 'success', AuditStatus: 'Blocked' });
    for (const transcode of ['none', 'cloud'] as const)
      for (const gone of [deleted('all'), deleted('mezzanine'), blocked])
        expect(run([gone, ...ready], { policies: book(transcode) }).jobs).toEqual([]);
  });

  it('are not ordered a second time where their events are known and the decision is lost', () => {
    const { jobs } = run([taken, step('InDoubt', 7, tagsToken), ...ready], { policies: book('none') });
    expect(jobs).toEqual([]);
  });
});

describe('DNA and tags of what is old', () => {
  it.each<Transcode>(['pipeline', 'approval', 'cloud', 'none'])('are not ordered, and the state says so: %s', (who) => {
    const policies = book(who);
    expect(kinds(run(ready, { policies, now: 606 }).jobs)).toEqual(expect.arrayContaining(['DNA', 'TAGS']));
    const late = run(ready, { policies, now: 607 });
    const tooOld = [{ reason: 'TOO_OLD', causeTime: atMs(6), requestId: null, decidedAt: atMs(607) }];
    expect(late.jobs).toEqual([]);
    expect(late.state?.notStarted).toMatchObject(tooOld);
    // It still says so after the next event, and nothing is ordered by that.
    const later = run([named('Whatever', 30, {})], { policies, from: late.state, now: 700 });
    expect(later.jobs).toEqual([]);
    expect(later.state?.notStarted).toMatchObject(tooOld);
    expect(later.state?.steps).toEqual([]);
    // What nobody transcodes is known as such at any age.
    expect(later.state?.jobs).toMatchObject(who === 'none' ? [{ leftAsIs: true }] : []);
  });

  it.each<Transcode>(['cloud', 'none'])('nor of what has no time that can be believed: %s', (who) => {
    const undated = { ...sourceReady(6), EventTime: '2199-01-01T00:00:00Z' };
    const { jobs, state } = run([recorded(4), undated], { policies: book(who), now: 10 });
    expect(jobs).toEqual([]);
    const said = [{ reason: 'UNDATED', requestId: null, causeTime: atMs(4), decidedAt: atMs(10) }];
    expect(state?.notStarted).toMatchObject(said);
    const later = run([named('Whatever', 30, {})], { policies: book(who), from: state, now: 30 });
    expect(later.jobs).toEqual([]);
    expect(later.state?.notStarted).toMatchObject(said);
  });

  it.each<Transcode>(['cloud', 'none', 'pipeline', 'approval'])('but are, once, when its time is told: %s', (who) => {
    const policies = book(who);
    const undated = { ...sourceReady(6), EventTime: '2199-01-01T00:00:00Z' };
    const { state } = run([recorded(4), undated], { policies, now: 10 });
    const dated = run([sourceReady(7), sourceReady(8)], { policies, from: state, now: 607 });
    expect(kinds(dated.jobs).filter((kind) => kind !== 'TRANSCODE')).toEqual(['DNA', 'TAGS']);
    expect(dated.state?.notStarted).toEqual([]);
    // Too late, and said so for good.
    const late = run([sourceReady(7), named('Whatever', 30, {})], { policies, from: state, now: 608 });
    expect(late.jobs).toEqual([]);
    expect(late.state?.notStarted).toMatchObject([{ reason: 'TOO_OLD', causeTime: atMs(7), requestId: null }]);
  });

  it('are no longer missed once a result is told', () => {
    const policies = book('none', { analyse: { dna: true } });
    const { state } = run(ready, { policies, now: 607 });
    expect(run([fingerprinted(700, 'x')], { policies, from: state, now: 701 }).state?.notStarted).toEqual([]);
  });

  it.each<Transcode>(['cloud', 'none'])('where none are wanted nothing is said of it: %s', (who) => {
    const late = run(ready, { policies: bookOf([{ segments: { transcode: who }, maxActAgeSeconds: 600 }]), now: 607 });
    expect(late.state?.notStarted).toEqual([]);
  });
});

describe('a DNA job', () => {
  const after = (...bodies: readonly CallbackBody[]) =>
    run([...ready, ...bodies], { policies: bySelf }).state?.steps.find(({ kind }) => kind === 'DNA');

  it.each<[string, readonly CallbackBody[], object]>([
    ['is planned', [], { state: 'PLANNED', jobId: null, finishedAt: null }],
    ['is taken', [taken], { state: 'ACKNOWLEDGED', jobId: 'ours', acknowledgedAt: atMs(7) }],
    ['is done', [taken, fingerprinted(30, 'ours')], { state: 'DONE', finishedAt: atMs(30), errorCode: null }],
    ['is done without a result', [taken, fingerprinted(30, 'ours', { Data: undefined })], { state: 'DONE' }],
    ['is not done by another job', [taken, fingerprinted(30, 'other')], { state: 'ACKNOWLEDGED' }],
    ['is not done by tags', [taken, tagged(30, 'ours')], { state: 'ACKNOWLEDGED' }],
    [
      'fails, with code and message',
      [taken, failed(fingerprinted(30, 'ours'))],
      { state: 'FAILED', errorCode: 'E.Busy', errorMessage: 'try later', finishedAt: atMs(30) },
    ],
    ['is not failed by another job', [taken, failed(fingerprinted(30, 'other'))], { state: 'ACKNOWLEDGED' }],
    [
      'is refused',
      [step('Failed', 20, dnaToken, failure)],
      { state: 'FAILED', errorCode: 'E.Region', errorMessage: 'not here', finishedAt: atMs(20) },
    ],
    ['is in doubt', [step('InDoubt', 20, dnaToken, failure)], { state: 'IN_DOUBT', errorCode: 'E.Region' }],
    ['is in doubt, and then told', [step('InDoubt', 20, dnaToken), fingerprinted(30, 'unheard')], { state: 'DONE' }],
    [
      'is in doubt, and one failed',
      [step('InDoubt', 20, dnaToken), failed(fingerprinted(30, 'x'))],
      { state: 'IN_DOUBT' },
    ],
    ['is known to nobody, and tags are told', [tagged(30, 'x')], { state: 'PLANNED' }],
  ])('%s', (_, bodies, expected) => {
    for (const order of [bodies, bodies.toReversed()]) expect(after(...order)).toMatchObject(expected);
  });

  it('and a tag job are told apart, in any order and however often anything is told; each is ordered once', () => {
    const bodies = [
      ...ready,
      taken,
      step('Acknowledged', 8, tagsToken, { Step: 'TAGS', JobId: 'tags' }),
      fingerprinted(30, 'ours'),
      fingerprinted(40, 'another', { Data: { VideoDNA: [] } }),
      failed(tagged(31, 'tags')),
    ];
    const seen = new Set<string>();
    check(
      'once, and the same in the end',
      fc.property(
        fc.shuffledSubarray(bodies, { minLength: bodies.length }),
        fc.array(fc.constantFrom(...bodies), { maxLength: 4 }),
        (all, again) => {
          const { jobs, state } = run([...all, ...again], { policies: book('cloud'), store: throughTheLog });
          for (const kind of ['DNA', 'TAGS'])
            expect(kinds(jobs).filter((one) => one === kind).length).toBeLessThanOrEqual(1);
          const source = all.findLastIndex((body) => ready.includes(body));
          const spoken = (token: string) => all.slice(0, source).some(({ Token }) => Token === token);
          expect(kinds(jobs).includes('TAGS')).toBe(!spoken(tagsToken));
          seen.add(kinds(jobs).join());
          if (kinds(jobs).length === 2) {
            expect(stepsOf(state)).toEqual(['DNA DONE', 'TAGS FAILED']);
            expect(state?.similarVideos).toEqual([]);
          }
        },
      ),
      60,
    );
    expect(seen).toContain('DNA,TAGS');
  });

  it('shows in the state what it found, stored and read again', () => {
    const bodies = [...ready, taken, fingerprinted(30, 'ours'), tagged(31, 'any')];
    const { state } = run(bodies, { policies: bySelf, store: throughTheLog });
    expect(state).toMatchObject({
      similarVideos: [{ videoId: 'twin', similarity: 0.99 }],
      tags: [{ category: 'Keyword', name: 'Goal', seen: 0 }],
    });
    expect(comparable(state as VideoState)).toEqual(comparable(run(bodies, { policies: bySelf }).state as VideoState));
  });
});
