/** What `recording:` says of each container, as policies go by it (cloud facts 4.5, 4.12). */
import { describe, expect, it } from 'vitest';
import {
  alike,
  contradictions,
  partFor,
  policyBook,
  type Recorded,
  readPolicies,
  type Told,
  type ToldFormat,
  unworkable,
} from '../../../processors/policy/index.ts';
import type { PoliciesInput } from '../../../schemas/policies.ts';

const stream = { domainName: 'play.example.com', appName: 'live', streamName: 'match-7' };
const workflow = { workflowId: 'w' };

function rulesOf(input: PoliciesInput) {
  const read = readPolicies(input);
  return read.ok ? read.rules : expect.fail('must be valid');
}

function format(name: string, index: number, segments: Told, composed: Told | null = null): ToldFormat {
  return { path: `recording.configs[0].formats[${index}]`, format: name, segments, composed };
}

function told(...formats: readonly ToldFormat[]): Recorded {
  const films = formats.flatMap(({ composed }) => composed ?? []);
  return {
    ...{ path: 'recording.configs[0]', domain: 'play.example.com', app: 'live', stream: '*' },
    ...{ cycleSeconds: 1200, disconnectDelaySeconds: 60, composes: films.length > 0, formats },
    segments: alike(formats.map(({ segments }) => segments)),
    composed: films.length > 0 ? alike(films) : null,
  };
}

describe('what becomes of a file', () => {
  const mixed = [
    format('m3u8', 0, workflow, 'transcoded'),
    format('mp4', 1, 'played'),
    format('flv', 2, 'stored', workflow),
  ];
  const cloud = { transcode: 'cloud', sourcePlays: false, cloudWorkflowId: null };

  it.each<['SEGMENT' | 'COMPOSED', string | null, object]>([
    ['SEGMENT', 'm3u8', { ...cloud, cloudWorkflowId: 'w' }],
    ['SEGMENT', 'mp4', { transcode: 'none', sourcePlays: true, cloudWorkflowId: null }],
    ['SEGMENT', 'flv', { transcode: 'none', sourcePlays: false, cloudWorkflowId: null }],
    // Not said to be done where the cloud may still work on it.
    ['SEGMENT', null, cloud],
    ['SEGMENT', 'webm', cloud],
    ['COMPOSED', 'm3u8', cloud],
    ['COMPOSED', 'flv', { ...cloud, cloudWorkflowId: 'w' }],
    ['COMPOSED', null, cloud],
    // Nobody said that it is composed: as any composed video whose container isn't known.
    ['COMPOSED', 'mp4', cloud],
  ])('%s in %s', (kind, name, expected) => {
    const policy = policyBook([], [told(...mixed)]).policyFor(stream);
    expect(policy.composed.compose).toBe('cloud');
    expect(partFor(policy, kind, name)).toMatchObject(expected);
  });

  it.each<[string, readonly ToldFormat[], object]>([
    ['all of one sort', [format('m3u8', 0, 'played'), format('mp4', 1, 'played')], { transcode: 'none' }],
    ['one workflow', [format('m3u8', 0, workflow), format('mp4', 1, workflow)], { cloudWorkflowId: 'w' }],
    ['two workflows', [format('m3u8', 0, workflow), format('mp4', 1, { workflowId: 'v' })], cloud],
    ['a single format', [format('mp4', 0, workflow)], { cloudWorkflowId: 'w' }],
  ])('in a container that is not known, of %s', (_, formats, expected) => {
    expect(partFor(policyBook([], [told(...formats)]).policyFor(stream), 'SEGMENT', null)).toMatchObject(expected);
  });

  it('is what a rule says, for all containers, and what the rule leaves open for each', () => {
    const byRule = rulesOf([{ segments: { sourcePlays: true }, composed: { compose: 'cloud', priority: 3 } }]);
    const policy = policyBook(byRule, [told(...mixed)]).policyFor(stream);
    expect(partFor(policy, 'SEGMENT', 'flv')).toMatchObject({ transcode: 'none', sourcePlays: true });
    expect(partFor(policy, 'COMPOSED', 'flv')).toMatchObject({ priority: 3, cloudWorkflowId: 'w' });
    const asked = policyBook(rulesOf([{ segments: { transcode: 'approval' } }]), [told(...mixed)]).policyFor(stream);
    expect(partFor(asked, 'SEGMENT', 'mp4')).toMatchObject({ transcode: 'approval', cloudWorkflowId: null });
  });

  it.each<[number | undefined, readonly ToldFormat[]]>([
    [2, mixed],
    [1, [format('m3u8', 0, 'played'), format('mp4', 1, 'played', 'stored')]],
    [undefined, []],
  ])('composes %j films of a session', (films, formats) => {
    const plain = { ...told(...formats), composes: true };
    expect(policyBook([], [plain]).policyFor(stream).composed.films).toBe(films);
    const ours = policyBook(rulesOf([{ composed: { compose: 'pipeline' } }]), [plain]).policyFor(stream);
    expect(ours.composed.films).toBeUndefined();
  });

  it('is nothing that is said of what the cloud composes, where we do', () => {
    const policy = policyBook(rulesOf([{ composed: { compose: 'pipeline' } }]), [told(...mixed)]).policyFor(stream);
    expect(partFor(policy, 'COMPOSED', 'flv')).toMatchObject(cloud);
  });
});

describe('a rule', () => {
  const wholly = told(format('m3u8', 0, workflow, workflow));
  const byHalves = told(format('m3u8', 0, 'transcoded'), format('mp4', 1, 'stored'));
  const pipeline = { transcode: 'pipeline', templateGroupId: 'g' } as const;

  it.each<[PoliciesInput, Recorded, readonly [string, string][]]>([
    [
      [{ segments: pipeline }],
      wholly,
      [
        [
          'policies[0].segments.transcode',
          'pipeline, but recording.configs[0].formats[0] has the cloud run workflow w over it',
        ],
      ],
    ],
    [
      [{ segments: { transcode: 'pipeline', workflowId: 'w' } }],
      wholly,
      [['policies[0].segments.transcode', 'pipeline, but']],
    ],
    [[{ segments: { transcode: 'approval' } }], wholly, [['policies[0].segments.transcode', 'approval, but']]],
    [[{ segments: { transcode: 'none' } }], wholly, [['policies[0].segments.transcode', 'none, but']]],
    [[{ composed: pipeline }], wholly, [['policies[0].composed.transcode', 'pipeline, but']]],
    [
      [{ composed: { takeOverAfterSeconds: 600 } }],
      wholly,
      [['policies[0].composed.takeOverAfterSeconds', '600, but recording.configs[0].formats[0] has']],
    ],
    [[{ composed: { takeOverAfterSeconds: 600 } }], told(format('m3u8', 0, workflow, 'played')), []],
    [[{ segments: { transcode: 'cloud' }, composed: { transcode: 'cloud' } }], wholly, []],
    [[{ segments: { sourcePlays: true } }], wholly, []],
    [[{}], wholly, []],
    [[{ segments: pipeline }], byHalves, []],
    [
      [{ segments: { transcode: 'none' } }],
      byHalves,
      [['policies[0].segments.transcode', 'none, but recording.configs[0].formats[0] tells the cloud to transcode it']],
    ],
    [
      [{ segments: { transcode: 'cloud' } }],
      byHalves,
      [
        [
          'policies[0].segments.transcode',
          'cloud, but recording.configs[0].formats[1] tells the cloud to transcode nothing',
        ],
      ],
    ],
    [
      [{ composed: { compose: 'cloud' } }],
      byHalves,
      [['policies[0].composed.compose', 'cloud, but recording.configs[0]']],
    ],
  ])('%j is refused where it says otherwise than a format', (input, recorded, expected) => {
    const found = contradictions(rulesOf(input), [recorded]);
    expect(found.map(({ path }) => path)).toEqual(expected.map(([path]) => path));
    for (const [index, [, words]] of expected.entries()) expect(found[index]?.problem).toContain(words);
  });

  it.each<[readonly ToldFormat[], string | null]>([
    [[format('m3u8', 0, 'transcoded'), format('mp4', 1, 'stored')], 'recording.configs[0].formats[1]'],
    [[format('m3u8', 0, 'stored')], 'recording.configs[0].formats[0]'],
    [[format('m3u8', 0, workflow), format('mp4', 1, 'played')], null],
  ])('by which we compose is refused where any format is stored only: %j', (formats, where) => {
    const found = unworkable(rulesOf([{ composed: { compose: 'pipeline' } }]), [told(...formats)]);
    expect(found.map(({ path }) => path)).toEqual(where === null ? [] : ['policies[0].composed.compose']);
    if (where !== null) expect(found[0]?.problem).toContain(`stored only (${where})`);
  });
});
