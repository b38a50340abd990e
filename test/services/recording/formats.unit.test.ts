/** `formats:` and `workflow:` of a recording configuration: what the file may say, and what becomes of it (cloud facts 4.12). */
import { describe, expect, it } from 'vitest';
import { recordedOf } from '../../../cli/recorded.ts';
import type { RecordFormat } from '../../../connectors/vod/index.ts';
import { wordsOf } from '../../../services/recording/formats.ts';
import { readRecordingSetup } from '../../../services/recording/wanted.ts';

const where = { domain: 'play.example.com', app: 'live' };
const templateGroups = { storeOnly: 'our-store', composeOnly: 'our-compose' };

function setupOf(config: object, more: object = {}) {
  const read = readRecordingSetup({ configs: [{ ...where, ...config }], ...more });
  return read.ok ? read.setup : expect.fail(JSON.stringify(read.problems));
}

function problemsOf(config: object): readonly string[] {
  const read = readRecordingSetup({ configs: [{ ...where, ...config }] });
  return read.ok
    ? []
    : read.problems.map(({ path, problem }) => `${path.replace('recording.configs[0]', '')}: ${problem}`);
}

describe('a configuration with formats', () => {
  it('says each as the API has it', () => {
    const formats = [
      { format: 'm3u8', workflow: 'w', of: 'both', compose: true, sliceSeconds: 5, tags: 'a b' },
      { format: 'mp4', transcode: 'store-only' },
      { format: 'flv', transcode: 'compose-only', of: 'composed', compose: true },
    ];
    const [config] = setupOf({ formats }, { templateGroups }).configs;
    const unsaid = { autoCompose: false, sliceSeconds: null, tags: null };
    expect(config?.recordFormats).toEqual([
      {
        ...{ format: 'm3u8', autoCompose: true, processMethod: 'workflow', processTemplateId: 'w' },
        ...{ videoProcess: 'origin,compose', sliceSeconds: 5, tags: 'a b' },
      },
      {
        ...{ ...unsaid, format: 'mp4', videoProcess: 'origin' },
        ...{ processMethod: 'transcode', processTemplateId: 'our-store' },
      },
      {
        ...{ ...unsaid, format: 'flv', autoCompose: true, videoProcess: 'compose' },
        ...{ processMethod: 'transcode', processTemplateId: 'our-compose' },
      },
    ]);
    expect(config).toMatchObject({ autoCompose: false, composeTranscodeGroupId: null, formats: 'listed' });
  });

  it('is one format, where it names a workflow alone', () => {
    const long = setupOf({ formats: [{ format: 'm3u8', workflow: 'w' }] }).configs[0]?.recordFormats;
    expect(setupOf({ workflow: 'w' }).configs).toMatchObject([{ recordFormats: long, formats: 'workflow' }]);
    expect(setupOf({ segments: 'g' }).configs).toMatchObject([{ recordFormats: [], formats: 'kept' }]);
    expect(setupOf({ segments: 'g', formats: 'none' }).configs).toMatchObject([{ recordFormats: [], formats: 'none' }]);
  });

  const one = { format: 'm3u8', transcode: 'g' };
  it.each<[object, string]>([
    [{}, '.segments: required: one of segments, workflow and a list of formats'],
    [{ formats: 'none' }, '.segments: required'],
    [{ segments: 'g', workflow: 'w' }, '.workflow: beside segments: one of'],
    [{ segments: 'g', formats: [one] }, '.formats: beside segments: one of'],
    [{ workflow: 'w', formats: [one] }, '.formats: beside workflow: one of'],
    [{ workflow: 'w', formats: 'none' }, '.formats: beside workflow: one of'],
    [{ workflow: 'w', composed: 'g' }, '.composed: each format says it'],
    [{ formats: [one], composed: 'none' }, '.composed: each format says it'],
    [{ workflow: 'a b' }, '.workflow: a workflow id: letters'],
    [{ workflow: 'w'.repeat(65) }, '.workflow: a workflow id'],
    [{ formats: [] }, '.segments: required'],
    [{ formats: 'all' }, '.formats: a list of formats'],
    [{ formats: [one, { ...one, format: 'mp4' }, one] }, '.formats[2].format: the same as of formats[0]: m3u8'],
    [{ formats: [{ format: 'm3u8' }] }, '.formats[0].transcode: either transcode'],
    [{ formats: [{ ...one, workflow: 'w' }] }, '.formats[0].transcode: either transcode'],
    [{ formats: [{ ...one, format: 'webm' }] }, '.formats[0].format: '],
    [{ formats: [one, one, one, one] }, '.formats: at most three'],
    [{ formats: [{ ...one, of: 'composed' }] }, '.formats[0].of: takes composed and both with compose: true'],
    [{ formats: [{ ...one, of: 'both' }] }, '.formats[0].of: takes composed and both'],
    [{ formats: [{ ...one, sliceSeconds: 4 }] }, '.formats[0].sliceSeconds: '],
    [{ formats: [{ ...one, sliceSeconds: 31 }] }, '.formats[0].sliceSeconds: '],
    [{ formats: [{ ...one, format: 'mp4', sliceSeconds: 10 }] }, '.formats[0].sliceSeconds: is of m3u8 alone'],
    [{ formats: [{ ...one, tags: '' }] }, '.formats[0].tags: '],
    [{ formats: [{ ...one, composed: true }] }, 'composed'],
  ])('is refused in one line where %j', (config, expected) => {
    const problems = problemsOf(config);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(expected);
    expect(problems[0]).not.toContain('\n');
  });

  it.each<object>([
    { formats: [{ ...one, sliceSeconds: 5 }] },
    { formats: [{ ...one, sliceSeconds: 30 }] },
    { formats: [{ ...one, compose: true }] },
    { workflow: 'w'.repeat(64) },
  ])('is taken where %j', (config) => expect(problemsOf(config)).toEqual([]));

  it('tells the policies what becomes of each', () => {
    const formats = [
      { format: 'm3u8', workflow: 'w', of: 'both', compose: true },
      { format: 'mp4', transcode: 'store-only', compose: true },
      { format: 'flv', transcode: 'g', of: 'composed', compose: true },
    ];
    const workflow = { workflowId: 'w' };
    const path = 'recording.configs[0].formats';
    expect(recordedOf(setupOf({ formats }))).toMatchObject([
      {
        ...{ path: 'recording.configs[0]', composes: true, segments: 'transcoded', composed: 'transcoded' },
        formats: [
          { path: `${path}[0]`, format: 'm3u8', segments: workflow, composed: workflow },
          { path: `${path}[1]`, format: 'mp4', segments: 'played', composed: 'stored' },
          { path: `${path}[2]`, format: 'flv', segments: 'stored', composed: 'transcoded' },
        ],
      },
    ]);
    expect(recordedOf(setupOf({ workflow: 'w' }))).toMatchObject([
      {
        ...{ composes: false, segments: workflow, composed: null },
        formats: [{ path: 'recording.configs[0].workflow', format: 'm3u8', segments: workflow, composed: null }],
      },
    ]);
  });
});

describe('two lists of formats', () => {
  const plain: RecordFormat = {
    ...{ format: 'm3u8', autoCompose: false, processMethod: 'transcode', processTemplateId: 'g' },
    ...{ videoProcess: 'origin', sliceSeconds: null, tags: null },
  };

  it.each<[string, RecordFormat]>([
    ['a default that the cloud tells', { ...plain, sliceSeconds: 30 }],
    ['one that it leaves out', { ...plain, processMethod: null, videoProcess: null }],
  ])('are the same but for %s', (_, other) => expect(wordsOf([other])).toBe(wordsOf([plain])));

  it('are the same in another order', () => {
    const mp4 = { ...plain, format: 'mp4' };
    expect(wordsOf([mp4, plain])).toBe(wordsOf([plain, mp4]));
    const both = { ...plain, videoProcess: 'origin,compose' };
    expect(wordsOf([{ ...both, videoProcess: 'compose, origin' }])).toBe(wordsOf([both]));
  });

  it.each<Partial<RecordFormat>>([
    { format: 'mp4' },
    { autoCompose: true },
    { processMethod: 'workflow' },
    { processTemplateId: 'h' },
    { processTemplateId: null },
    { videoProcess: 'compose' },
    { videoProcess: 'origin,compose' },
    { sliceSeconds: 29 },
    { tags: 'a' },
  ])('are told apart by %j', (change) => expect(wordsOf([{ ...plain, ...change }])).not.toBe(wordsOf([plain])));
});
