import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contradictions,
  defaultPolicy,
  policyBook,
  type Recorded,
  readPolicies,
  type Told,
  unworkable,
} from '../../../processors/policy/index.ts';
import { comparePrecision, compilePattern } from '../../../processors/policy/pattern.ts';
import type { PoliciesInput } from '../../../schemas/policies.ts';
import { check } from '../../support/property.ts';
import { bookOf } from '../run-topology.ts';

const stream = { domainName: 'play.example.com', appName: 'live', streamName: 'match-7' };

describe('policies', () => {
  it('leave everything to the cloud where none is written', () => {
    expect(bookOf([]).policyFor(stream)).toBe(defaultPolicy);
    expect(defaultPolicy).toMatchObject({
      name: 'default',
      recording: { cycleSeconds: 3600, disconnectDelaySeconds: 180 },
      segments: { transcode: 'cloud' },
      composed: { compose: 'none', transcode: 'cloud' },
    });
  });

  it('give a stream the most precise rule: domain before app before stream', () => {
    const book = bookOf([
      { match: { stream: 'match-7' } },
      { match: { domain: '*.example.com', app: 'live' } },
      { match: { domain: 'play.example.com' } },
      { match: { domain: 'play.example.com', app: 'li*' } },
      { match: { domain: 'play.example.com', app: 'live', stream: 'match-*' } },
      { match: { domain: 'play.example.com', app: 'live', stream: 'match-?' } },
      { match: { domain: 'play.example.com', app: 'live', stream: 'other' } },
    ]);
    expect(book.policyFor(stream).name).toBe('policies[5] play.example.com/live/match-?');
    expect(book.explain(stream)).toMatchObject({
      why: 'its stream pattern match-? is more precise than match-* of policies[4] play.example.com/live/match-*',
      passedOver: [
        'policies[4] play.example.com/live/match-*',
        'policies[3] play.example.com/li*/*',
        'policies[2] play.example.com/*/*',
        'policies[1] *.example.com/live/*',
        'policies[0] */*/match-7',
        'default',
      ],
    });
  });

  it('say so when no rule matches', () => {
    const answer = bookOf([{ match: { app: 'tv' } }]).explain(stream);
    expect(answer).toEqual({
      policy: defaultPolicy,
      why: 'no rule matches, so everything is left to the cloud',
      passedOver: [],
      origins: {
        cycleSeconds: "the cloud's default; learnt from the recordings where they differ",
        disconnectDelaySeconds: "the cloud's default",
        compose: 'the default: nobody',
        format: "the cloud's default",
        segments: 'the default: the cloud',
        segmentsPlay: 'follows from who transcodes',
        composed: 'the default: the cloud',
        composedPlay: 'follows from who transcodes',
      },
      formats: [],
    });
  });

  it.each<[unknown, string, RegExp]>([
    [[{ segments: { transcode: 'clud' } }], 'policies[0].segments.transcode', /"cloud"\|"pipeline"\|"approval"/],
    [
      [{ composed: { transcode: 'pipeline' } }],
      'policies[0].composed.templateGroupId',
      /required where transcode is pipe/,
    ],
    [
      [{ segments: { transcode: 'pipeline', templateGroupId: 'g', workflowId: 'w' } }],
      'policies[0].segments.workflowId',
      /takes the place of templateGroupId/,
    ],
    [
      [{ segments: { transcode: 'pipeline', workflowId: 'w', priority: 6 } }],
      'policies[0].segments.workflowId',
      /has no priority/,
    ],
    [
      [{ composed: { transcode: 'approval', workflowId: 'w' } }],
      'policies[0].composed.workflowId',
      /needs transcode: pipeline/,
    ],
    [[{ composed: { workflowId: 'w' } }], 'policies[0].composed.workflowId', /needs transcode: pipeline/],
    [
      [{ segments: { transcode: 'pipeline', workflowId: 'a b' } }],
      'policies[0].segments.workflowId',
      /a workflow id: letters, digits/,
    ],
    [[{ maxActAgeSeconds: 172_800, retentionDays: 1 }], 'policies[0].maxActAgeSeconds', /shorter than retentionDays/],
    [
      [{ composed: { compose: 'none', takeOverAfterSeconds: 60 } }],
      'policies[0].composed.takeOverAfterSeconds',
      /needs compose: cloud/,
    ],
    [[{ match: { stream: 'a/b' } }], 'policies[0].match.stream', /without slashes/],
    [[{}, {}], 'policies[1].match', /the same match as policies\[0\]/],
    [[{ recording: { cycleSeconds: 10 } }], 'policies[0].recording.cycleSeconds', /300/],
    [[{ sgements: {} }], 'policies[0]', /sgements.*accepted: match, recording/],
    [
      [{ segments: { beforeTranscode: { audit: true } } }],
      'policies[0].segments.beforeTranscode',
      /pipeline or approval/,
    ],
    [
      [{ composed: { transcode: 'approval', beforeTranscode: { audit: 'yes' } } }],
      'policies[0].composed.beforeTranscode.audit',
      /true, or an object with templateId/,
    ],
    [
      [{ segments: { transcode: 'approval', beforeTranscode: { cover: { at: 5 } } } }],
      'policies[0].segments.beforeTranscode.cover',
      /accepted: templateId, atSeconds/,
    ],
    [
      [{ segments: { transcode: 'approval', beforeTranscode: { audits: true } } }],
      'policies[0].segments.beforeTranscode',
      /accepted: audit, cover$/,
    ],
    [
      [{ composed: { transcode: 'approval', beforeTranscode: { snapshot: true } } }],
      'policies[0].composed.beforeTranscode.snapshot',
      /called cover now/,
    ],
    [
      [{ segments: { transcode: 'pipeline', templateGroupId: 'VOD_NO_TRANSCODE' } }],
      'policies[0].segments.templateGroupId',
      /transcodes nothing; say transcode: none/,
    ],
    [
      [{ composed: { templateGroupId: 'VOD_NO_TRANSCODE' } }],
      'policies[0].composed.templateGroupId',
      /transcodes nothing/,
    ],
    [
      [{ segments: { transcode: 'none', beforeTranscode: { audit: true } } }],
      'policies[0].segments.beforeTranscode',
      /needs transcode: pipeline or approval/,
    ],
    [
      [{ segments: { analyse: { dna: 'yes' } } }],
      'policies[0].segments.analyse.dna',
      /true, or an object with dnaDbId/,
    ],
    [
      [{ segments: { analyse: { dna: { dnaDbId: 'a b' } } } }],
      'policies[0].segments.analyse.dna.dnaDbId',
      /library id/,
    ],
    [[{ composed: { analyse: { dna: { library: 'x' } } } }], 'policies[0].composed.analyse.dna', /accepted: dnaDbId/],
    [[{ composed: { analyse: { audit: true } } }], 'policies[0].composed.analyse', /accepted: dna, tags$/],
    [
      [{ segments: { analyse: { tags: { analyseTypes: ['Face'] } } } }],
      'policies[0].segments.analyse.tags.analyseTypes[0]',
      /"ASR"\|"OCR"/,
    ],
    [
      [{ segments: { analyse: { tags: { analyseTypes: [] } } } }],
      'policies[0].segments.analyse.tags.analyseTypes',
      /1 items?/,
    ],
    [
      [{ segments: { analyse: { tags: { analyseTypes: ['ASR', 'ASR'] } } } }],
      'policies[0].segments.analyse.tags.analyseTypes',
      /each once/,
    ],
    [{ match: {} }, 'policies', /array/],
    ['cloud', 'policies', /array/],
  ])('refuse %j, naming %s', (value, path, problem) => {
    const read = readPolicies(value);
    if (read.ok) throw new Error('must be refused');
    expect(read.problems[0]?.path).toBe(path);
    expect(read.problems[0]?.problem).toMatch(problem);
  });
});

describe('what the cloud was told to record', () => {
  const told = (change: Partial<Recorded> = {}): Recorded => ({
    path: 'recording.configs[0]',
    domain: 'play.example.com',
    app: 'live',
    stream: '*',
    cycleSeconds: 1200,
    disconnectDelaySeconds: 60,
    composes: true,
    segments: 'transcoded',
    composed: 'transcoded',
    formats: [],
    ...change,
  });
  const rulesOf = (input: PoliciesInput) => {
    const read = readPolicies(input);
    if (!read.ok) throw new Error('must be valid');
    return read.rules;
  };

  // Sessions went by 3600 s and 180 s whatever the cloud had been told.
  it('is what sessions go by where a rule leaves it open, and where there is no rule', () => {
    for (const input of [[], [{ segments: { transcode: 'approval' as const } }]]) {
      expect(policyBook(rulesOf(input), [told()]).policyFor(stream)).toMatchObject({
        recording: { cycleSeconds: 1200, cycleTold: true, disconnectDelaySeconds: 60 },
        composed: { compose: 'cloud' },
      });
    }
    const notComposing = policyBook([], [told({ composes: false })]);
    expect(notComposing.policyFor(stream).composed.compose).toBe('none');
    expect(notComposing.policyFor({ ...stream, appName: 'other' })).toMatchObject({
      recording: { cycleSeconds: 3600, cycleTold: false },
    });
  });

  it('is taken from the most precise configuration', () => {
    const all = [told({ app: '*' }), told({ cycleSeconds: 900 }), told({ stream: 'match-7', cycleSeconds: 600 })];
    const cycleOf = (recorded: readonly Recorded[]) =>
      policyBook([], recorded).policyFor(stream).recording.cycleSeconds;
    expect([all, all.toReversed(), all.slice(0, 2), all.slice(0, 1)].map(cycleOf)).toEqual([600, 600, 900, 1200]);
  });

  it.each<[string, Partial<Recorded>, Partial<Recorded>, number]>([
    ['an app before all apps', { app: '*', stream: 'match-7' }, { stream: '*' }, 2],
    ['a stream before all streams of the app', { stream: '*' }, { stream: 'match-7' }, 2],
    ['a stream of all apps before all of them', { app: '*', stream: '*' }, { app: '*', stream: 'match-7' }, 2],
    ['of two alike the first', {}, {}, 1],
    ['none of another domain', {}, { domain: 'other.example.com', stream: 'match-7' }, 1],
    ['none of another app', {}, { app: 'other', stream: 'match-7' }, 1],
    ['none of another stream', {}, { stream: 'match-8' }, 1],
  ])('%s', (_, first, second, winner) => {
    const all = [told({ ...first, cycleSeconds: 301 }), told({ ...second, cycleSeconds: 302 })];
    expect(policyBook([], all).policyFor(stream).recording.cycleSeconds).toBe(300 + winner);
    if (first !== second && winner === 2)
      expect(policyBook([], all.toReversed()).policyFor(stream).recording.cycleSeconds).toBe(302);
  });

  it.each<[PoliciesInput, readonly Recorded[], Partial<Record<string, unknown>>]>([
    [[{ recording: { cycleSeconds: 900 } }], [], { cycleSeconds: 900, cycleTold: false, disconnectDelaySeconds: 180 }],
    [[{ recording: { disconnectDelaySeconds: 30 } }], [], { cycleSeconds: 3600, disconnectDelaySeconds: 30 }],
    [[{ recording: { disconnectDelaySeconds: 30 } }], [told()], { cycleSeconds: 1200, disconnectDelaySeconds: 30 }],
    [[{ recording: { cycleSeconds: 900 } }], [told()], { cycleSeconds: 900, cycleTold: true }],
    [[{ recording: { graceSeconds: 7 } }], [told()], { graceSeconds: 7 }],
  ])('fills in what %j leaves open, and no more', (input, recorded, expected) => {
    expect(policyBook(rulesOf(input), recorded).policyFor(stream).recording).toMatchObject(expected);
  });

  it.each<[PoliciesInput, readonly Recorded[], string]>([
    [[{}], [], 'none'],
    [[{ composed: { compose: 'cloud' } }], [], 'cloud'],
    [[{ composed: { compose: 'pipeline' } }], [], 'pipeline'],
    [[{ composed: { compose: 'none' } }], [told()], 'none'],
    [[{ composed: { takeOverAfterSeconds: 600 } }], [], 'cloud'],
    [[{ composed: { compose: 'cloud', takeOverAfterSeconds: 600 } }], [told({ composes: false })], 'cloud'],
    [[{}], [told()], 'cloud'],
    [[{}], [told({ composes: false })], 'none'],
  ])('who composes, by %j', (input, recorded, compose) => {
    expect(policyBook(rulesOf(input), recorded).policyFor(stream).composed.compose).toBe(compose);
  });

  it('is told with its formats, where it names any', () => {
    const explained = (names: readonly string[]) => {
      const formats = names.map((format) => ({ format, path: format, segments: 'played', composed: null }) as const);
      return policyBook([], [told({ formats })]).explain(stream);
    };
    expect(explained(['m3u8', 'mp4'])).toMatchObject({
      formats: ['m3u8', 'mp4'],
      origins: { format: 'recording.configs[0]' },
    });
    expect(explained([])).toMatchObject({ formats: [], origins: { format: "the cloud's default" } });
  });

  it('is told with its origin', () => {
    const rules = rulesOf([{ match: { stream: 'match-*' }, recording: { cycleSeconds: 1200 } }]);
    const formats = [{ format: 'm3u8', path: 'a', segments: 'transcoded', composed: 'transcoded' } as const];
    expect(policyBook(rules, [told({ formats })]).explain(stream).origins).toEqual({
      cycleSeconds: 'policies[0] */*/match-*',
      disconnectDelaySeconds: 'recording.configs[0]',
      compose: 'recording.configs[0]',
      format: 'recording.configs[0]',
      segments: 'recording.configs[0]',
      segmentsPlay: 'follows from who transcodes',
      composed: 'recording.configs[0]',
      composedPlay: 'follows from who transcodes',
    });
    const left = told({ segments: 'played', composed: 'stored' });
    const byRule = rulesOf([
      { segments: { transcode: 'approval', sourcePlays: true }, composed: { sourcePlays: true } },
    ]);
    const rule = 'policies[0] */*/*';
    expect(policyBook([], [left]).explain(stream).origins).toMatchObject({
      segments: left.path,
      segmentsPlay: left.path,
      composed: left.path,
      composedPlay: left.path,
    });
    expect(policyBook(byRule, [left]).explain(stream).origins).toMatchObject({
      segments: rule,
      segmentsPlay: rule,
      composed: left.path,
      composedPlay: rule,
    });
    expect(policyBook([], [told({ composes: false, composed: null })]).explain(stream).origins).toMatchObject({
      composed: 'the default: the cloud',
    });
  });

  it.each<[NonNullable<PoliciesInput>[number], Told, string, boolean]>([
    [{}, 'transcoded', 'cloud', false],
    [{}, 'played', 'none', true],
    [{}, 'stored', 'none', false],
    [{ segments: { sourcePlays: true } }, 'stored', 'none', true],
    [{ segments: { sourcePlays: true } }, 'transcoded', 'cloud', true],
    [{ segments: { transcode: 'approval' } }, 'played', 'approval', true],
    [{ segments: { transcode: 'approval' } }, 'stored', 'approval', false],
    [{ segments: { transcode: 'pipeline', templateGroupId: 'g' } }, 'transcoded', 'pipeline', false],
    [{ segments: { transcode: 'none' } }, 'stored', 'none', false],
  ])('says who transcodes, and whether the source plays: %j, told %s', (rule, segments, transcode, sourcePlays) => {
    const composed = { composed: rule.segments ?? {} };
    const book = policyBook(rulesOf([{ ...rule, ...composed }]), [told({ segments, composed: segments })]);
    expect(book.policyFor(stream)).toMatchObject({
      segments: { transcode, sourcePlays },
      composed: { transcode, sourcePlays },
    });
  });

  it('is not what becomes of a composed video that the cloud does not compose', () => {
    const rules = rulesOf([{ composed: { compose: 'pipeline' } }]);
    const { composed } = policyBook(rules, [told({ composes: true, composed: 'played' })]).policyFor(stream);
    expect(composed).toMatchObject({ transcode: 'cloud', sourcePlays: false });
  });

  it('is not asked for where a rule says that nobody transcodes: the source plays as it is', () => {
    expect(policyBook(rulesOf([{ segments: { transcode: 'none' } }])).policyFor(stream).segments).toMatchObject({
      transcode: 'none',
      sourcePlays: true,
    });
    expect(defaultPolicy.segments).toMatchObject({ transcode: 'cloud', sourcePlays: false });
  });

  it.each<[PoliciesInput, readonly Recorded[], string | null]>([
    [[{ recording: { cycleSeconds: 3600 } }], [told()], 'policies[0].recording.cycleSeconds'],
    [[{ recording: { disconnectDelaySeconds: 180 } }], [told()], 'policies[0].recording.disconnectDelaySeconds'],
    [[{ composed: { compose: 'none' } }], [told()], 'policies[0].composed.compose'],
    [[{ composed: { compose: 'pipeline' } }], [told()], 'policies[0].composed.compose'],
    [[{ composed: { compose: 'cloud' } }], [told({ composes: false })], 'policies[0].composed.compose'],
    [
      [{ composed: { takeOverAfterSeconds: 600 } }],
      [told({ composes: false })],
      'policies[0].composed.takeOverAfterSeconds',
    ],
    [[{ composed: { compose: 'pipeline' } }], [told({ composes: false })], null],
    [
      [{ recording: { cycleSeconds: 1200, disconnectDelaySeconds: 60 }, composed: { compose: 'cloud' } }],
      [told()],
      null,
    ],
    [[{}], [told()], null],
    [[{ match: { app: 'other' }, recording: { cycleSeconds: 3600 } }], [told()], null],
    [
      [{ match: { stream: 'match-?' }, recording: { cycleSeconds: 3600 } }],
      [told()],
      'policies[0].recording.cycleSeconds',
    ],
    [
      [{ match: { stream: 'match-7' }, recording: { cycleSeconds: 600 } }],
      [told(), told({ stream: 'match-7', cycleSeconds: 600 })],
      null,
    ],
    [[{ recording: { cycleSeconds: 600 } }, { match: { app: 'live' } }], [told()], null],
    [[{ match: { domain: 'other.example.com' }, recording: { cycleSeconds: 600 } }], [told()], null],
    [
      [{ match: { domain: '*.com' }, recording: { cycleSeconds: 600 } }],
      [told()],
      'policies[0].recording.cycleSeconds',
    ],
    [
      [{ match: { stream: 'm*' }, recording: { cycleSeconds: 600 } }, { match: { stream: 'm' } }],
      [told()],
      'policies[0].recording.cycleSeconds',
    ],
    [
      [{ match: { stream: 'm?' }, recording: { cycleSeconds: 600 } }, { match: { stream: 'm' } }],
      [told()],
      'policies[0].recording.cycleSeconds',
    ],
    [
      [{ match: { app: 'l*' }, recording: { cycleSeconds: 600 } }, { match: { app: 'l' } }],
      [told({ app: '*' })],
      'policies[0].recording.cycleSeconds',
    ],
    [[{ composed: { takeOverAfterSeconds: 600 } }], [told()], null],
    [[{ segments: { transcode: 'cloud' } }], [told({ segments: 'played' })], 'policies[0].segments.transcode'],
    [[{ segments: { transcode: 'cloud' } }], [told({ segments: 'stored' })], 'policies[0].segments.transcode'],
    [[{ segments: { transcode: 'cloud' } }], [told()], null],
    [[{ segments: { transcode: 'none' } }], [told()], 'policies[0].segments.transcode'],
    [[{ segments: { transcode: 'none' } }], [told({ segments: 'stored' })], null],
    [[{ segments: { transcode: 'approval' } }], [told({ segments: 'played' })], null],
    [[{ segments: { transcode: 'approval' } }], [told()], null],
    [[{ segments: { sourcePlays: false } }], [told({ segments: 'played' })], 'policies[0].segments.sourcePlays'],
    [[{ segments: { sourcePlays: true } }], [told({ segments: 'played' })], null],
    [[{ segments: { sourcePlays: false } }], [told({ segments: 'stored' })], null],
    [[{ composed: { transcode: 'cloud' } }], [told({ composed: 'played' })], 'policies[0].composed.transcode'],
    [[{ composed: { transcode: 'none' } }], [told()], 'policies[0].composed.transcode'],
    [[{ composed: { transcode: 'none' } }], [told({ composes: false, composed: null })], null],
    [[{ composed: { sourcePlays: false } }], [told({ composed: 'played' })], 'policies[0].composed.sourcePlays'],
  ])('contradicts a rule that says otherwise for the same stream: %j', (input, recorded, path) => {
    const found = contradictions(rulesOf(input), recorded);
    expect(found.map((one) => one.path)).toEqual(path === null ? [] : [path]);
    for (const { problem } of found) expect(problem).toContain('recording.configs[0]');
  });
});

describe('a rule by which we compose', () => {
  const told = (segments: Told): Recorded => ({
    ...{ path: 'recording.configs[0]', domain: 'play.example.com', app: 'live', stream: '*', formats: [] },
    ...{ cycleSeconds: 1200, disconnectDelaySeconds: 60, composes: false, segments, composed: null },
  });
  const [ours, late] = [{ compose: 'pipeline' }, { takeOverAfterSeconds: 600 }] as const;

  it.each<[PoliciesInput, readonly Recorded[], string | null]>([
    [[{ composed: ours }], [told('stored')], 'policies[0].composed.compose'],
    [[{ composed: ours, segments: { transcode: 'none', sourcePlays: false } }], [], 'policies[0].composed.compose'],
    [
      [{ composed: late, segments: { transcode: 'none', sourcePlays: false } }],
      [],
      'policies[0].composed.takeOverAfterSeconds',
    ],
    [[{ composed: ours }], [told('played')], null],
    [[{ composed: ours }], [told('transcoded')], null],
    [[{ composed: ours, segments: { sourcePlays: true } }], [told('stored')], null],
    [[{ composed: ours, segments: { transcode: 'approval' } }], [told('stored')], null],
    [[{ segments: { transcode: 'none', sourcePlays: false } }], [], null],
    [[{ match: { app: 'other' }, composed: ours }], [told('stored')], null],
  ])('is refused where the cloud would refuse all it composes: %j', (input, recorded, path) => {
    const read = readPolicies(input);
    if (!read.ok) throw new Error('must be valid');
    const found = unworkable(read.rules, recorded);
    expect(found.map((one) => one.path)).toEqual(path === null ? [] : [path]);
    for (const { problem } of found) expect(problem).toContain('the segments are stored only');
  });
});

it('a contradiction is told with what to do about it', () => {
  const recorded = {
    ...{ domain: 'play.example.com', app: 'live', stream: '*', formats: [] },
    path: 'recording.configs[0]',
    ...({ segments: 'transcoded', composed: null } as const),
  };
  const say = (composed: Record<string, unknown>, composes: boolean) => {
    const read = readPolicies([{ recording: { cycleSeconds: 600 }, composed }]);
    if (!read.ok) throw new Error('must be valid');
    const told = { ...recorded, cycleSeconds: 1200, disconnectDelaySeconds: 60, composes };
    return contradictions(read.rules, [told]).map(({ problem }) => problem);
  };
  const cycle = '600, but recording.configs[0] tells the cloud 1200: say it there alone, or the same';
  expect(say({ compose: 'none' }, true)).toEqual([cycle, 'none, but recording.configs[0] tells the cloud to compose']);
  expect(say({ compose: 'cloud' }, false)).toEqual([
    cycle,
    'cloud, but recording.configs[0] tells the cloud not to compose',
  ]);
  expect(say({}, true)).toEqual([cycle]);
  expect(say({}, false)).toEqual([cycle]);
});

describe('patterns', { timeout: 1_800_000 }, () => {
  const patternText = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), minLength: 1, maxLength: 8 });
  const name = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 });

  it('match what the same regular expression matches', () => {
    check(
      'patterns match as regular expressions do',
      fc.property(patternText, name, (text, value) => {
        const expected = new RegExp(`^${text.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(value);
        expect(compilePattern(text).matches(value)).toBe(expected);
      }),
    );
  });

  it('have a total order of precision, so that the winner does not depend on the order of the rules', () => {
    check(
      'the most precise rule wins in any order',
      fc.property(fc.uniqueArray(patternText, { minLength: 1, maxLength: 6 }), name, (texts, streamName) => {
        const winnerOf = (patterns: readonly string[]): string => {
          const read = readPolicies(patterns.map((one) => ({ match: { stream: one } })));
          if (!read.ok) throw new Error('must be valid');
          return policyBook(read.rules)
            .policyFor({ ...stream, streamName })
            .name.replace(/^.*\//, '');
        };
        const [one, other] = [winnerOf(texts), winnerOf(texts.toReversed())];
        const tied = one !== other && comparePrecision(compilePattern(one), compilePattern(other)) === 0;
        expect(one === other || tied).toBe(true);
      }),
    );
  });
});
