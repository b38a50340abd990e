/** Which rule a stream gets, and what is said of it (docs/policies.md). */
import { describe, expect, it } from 'vitest';
import { defaultPolicy } from '../../../processors/policy/index.ts';
import { bookOf } from '../run-topology.ts';

const stream = { domainName: 'play.example.com', appName: 'live', streamName: 'match-7' };
type Match = { domain?: string; app?: string; stream?: string };
const nameOf = ({ domain = '*', app = '*', stream: name = '*' }: Match): string => `${domain}/${app}/${name}`;

/** What wins against what, each for its own reason. */
const stronger: readonly (readonly [Match, Match])[] = [
  [{ stream: 'match-7' }, { stream: 'match-7*' }],
  [{ stream: 'match-7' }, { stream: 'match-?' }],
  [{ stream: 'match-*' }, { stream: 'match*' }],
  [{ stream: 'match-?' }, { stream: 'match*' }],
  [{ stream: 'match*' }, { stream: '*match*' }],
  [{ stream: 'matc*' }, { stream: '*matc*' }],
  [{ stream: 'mat?h*' }, { stream: 'matc*' }],
  [{ stream: 'ma*?7' }, { stream: 'ma*7' }],
  [{ app: 'live' }, { stream: 'match-7' }],
  [{ app: 'l*' }, { stream: 'match-7' }],
  [{ domain: '*.com' }, { app: 'live', stream: 'match-7' }],
  [{ domain: 'play.example.com' }, { domain: '*.example.com', app: 'live', stream: 'match-7' }],
];

describe('of two rules', () => {
  it.each(stronger)('%j wins against %j, whichever stands first', (winner, loser) => {
    for (const rules of [
      [winner, loser],
      [loser, winner],
    ])
      expect(bookOf(rules.map((match) => ({ match }))).policyFor(stream).name).toContain(` ${nameOf(winner)}`);
  });

  it('that are as precise, the first one wins', () => {
    const book = bookOf([
      { match: { stream: 'match-*' } },
      { match: { stream: '*atch-7' } },
      { match: { stream: '*match-' } },
    ]);
    const tied = bookOf([{ match: { stream: '*tch-7' } }, { match: { stream: 'match*' } }]);
    expect(book.policyFor(stream).name).toBe('policies[0] */*/match-*');
    expect(tied.policyFor(stream).name).toBe('policies[0] */*/*tch-7');
    expect(tied.explain(stream).why).toBe('it stands before policies[1] */*/match*, which is as precise');
  });

  it.each([
    [
      { domain: 'play.example.com' },
      { domain: '*.com' },
      'its domain pattern play.example.com is more precise than *.com of policies[1] *.com/*/*',
    ],
    [{ app: 'live' }, { app: 'l*' }, 'its app pattern live is more precise than l* of policies[1] */l*/*'],
    [
      { stream: 'match-7' },
      { stream: '*7' },
      'its stream pattern match-7 is more precise than *7 of policies[1] */*/*7',
    ],
  ])('%j and %j, it is said why', (winner, loser, why) => {
    expect(bookOf([{ match: winner }, { match: loser }]).explain(stream).why).toBe(why);
  });

  it('only one may match', () => {
    const book = bookOf([{ match: { stream: 'match-7' } }, { match: { stream: 'other' } }]);
    expect(book.explain(stream)).toMatchObject({ why: 'the only rule that matches', passedOver: ['default'] });
  });
});

describe('a rule holds for a stream', () => {
  it.each<[Match, boolean]>([
    [{ domain: 'play.example.com', app: 'live', stream: 'match-7' }, true],
    [{ domain: 'other', app: 'live', stream: 'match-7' }, false],
    [{ domain: 'play.example.com', app: 'other', stream: 'match-7' }, false],
    [{ domain: 'play.example.com', app: 'live', stream: 'other' }, false],
    [{ stream: 'match' }, false],
    [{ stream: 'match-7?' }, false],
    [{ stream: '?match-7' }, false],
    [{ stream: 'match-7**' }, true],
    [{ stream: '*?*?*' }, true],
    [{ stream: 'm*a*t*7' }, true],
    [{ stream: '*-*-*' }, false],
    [{ stream: '*h-7' }, true],
    [{ stream: '*ch' }, false],
    [{ stream: 'match-7?*' }, false],
    // A star takes what comes after what stood before it.
    [{ stream: 'match*ch-7' }, false],
    [{ stream: 'ma*t*-7' }, true],
    [{ stream: '*at*-*' }, true],
    [{ stream: '**7' }, true],
    [{ stream: '*7*7' }, false],
    [{ stream: '*a??h*' }, true],
    [{ stream: '*a?h*' }, false],
  ])('%j: %s', (match, matches) => {
    expect(bookOf([{ match }]).policyFor(stream).name).toBe(
      matches ? `policies[0] ${nameOf(match)}` : defaultPolicy.name,
    );
  });

  // `?` is one character, also where that takes two UTF-16 units.
  it.each([
    ['?', true],
    ['??', false],
    ['*?', true],
  ])('%s and a name of one emoji: %s', (pattern, matches) => {
    const { name } = bookOf([{ match: { stream: pattern } }]).policyFor({ ...stream, streamName: '😀' });
    expect(name !== defaultPolicy.name).toBe(matches);
  });

  it('every time it is asked for, next to others', () => {
    const book = bookOf([
      { match: { domain: 'a', app: 'b', stream: 'c' } },
      { match: { domain: 'a', app: 'b' } },
      { match: { domain: 'a' } },
    ]);
    const ask = (domainName: string, appName: string, streamName: string) =>
      book.policyFor({ domainName, appName, streamName }).name;
    for (let round = 0; round < 2; round += 1)
      expect([ask('a', 'b', 'c'), ask('a', 'b', 'd'), ask('a', 'e', 'c'), ask('f', 'b', 'c')]).toEqual([
        'policies[0] a/b/c',
        'policies[1] a/b/*',
        'policies[2] a/*/*',
        'default',
      ]);
  });

  it('and not for one whose names read alike when they are put together', () => {
    const book = bookOf([{ match: { domain: 'a', app: 'b?c', stream: 'd' } }]);
    const ask = (domainName: string, appName: string, streamName: string) =>
      book.policyFor({ domainName, appName, streamName }).name;
    expect(
      [ask('a', 'b', 'c/d'), ask('a', 'b/c', 'd'), ask('a/b', 'c', 'd')].map((name) => name !== 'default'),
    ).toEqual([false, true, false]);
  });
});

describe('a video whose stream is not known', () => {
  const pipeline = { transcode: 'pipeline', templateGroupId: 'g'.repeat(32) } as const;
  const audited = { ...pipeline, beforeTranscode: { audit: { templateId: 't1' } } } as const;
  const other = { ...pipeline, beforeTranscode: { audit: { templateId: 't2' } } } as const;

  it('waits for an audit where any rule has one, of segments or composed videos', () => {
    for (const rule of [{ segments: audited }, { composed: audited }]) {
      const { segments } = bookOf([
        { match: { app: 'a' }, segments: pipeline },
        { match: { app: 'b' }, ...rule },
      ]).unknownStream;
      expect(segments.beforeTranscode?.audit).toMatchObject({ templateId: 't1' });
      expect(segments.transcode).toBe('cloud');
    }
    const both = bookOf([
      { match: { app: 'a' }, segments: audited },
      { match: { app: 'b' }, segments: other },
    ]);
    expect(both.unknownStream.segments.beforeTranscode?.audit).toMatchObject({ templateId: 't1' });
  });

  it('is left to the cloud where none has', () => {
    expect(bookOf([{ segments: pipeline }]).unknownStream).toEqual(defaultPolicy);
    expect(bookOf([]).unknownStream).toEqual(defaultPolicy);
  });
});
