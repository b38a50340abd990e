/** The renditions of a video (docs/video-status.md): which there are, what each says, and which give way to which. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { check } from '../../support/property.ts';
import { at, atMs, type CallbackBody, jobEvent, named, rendition, streamTranscoded, transcoded } from '../callbacks.ts';
import { throughTheLog } from '../encoding.ts';
import { run } from '../run-topology.ts';

const good = (JobId: string | undefined, Definition: string | undefined = 'HD', more: object = {}) => ({
  Status: 'success',
  Format: 'mp4',
  JobId,
  Definition,
  ...more,
});
const bad = (JobId: string | undefined, Definition: string | undefined = 'HD', more: object = {}) =>
  good(JobId, Definition, { Status: 'fail', ...more });
const acknowledged = (seconds: number, JobIds: readonly string[], token = 'token') =>
  jobEvent('TranscodeJobAcknowledged', seconds, token, { JobIds });
const deleted = (seconds: number, JobIds: string, Status = 'success', DeleteType = 'stream') =>
  named('DeleteMediaComplete', seconds, { DeleteType, JobIds, Status });
const observed = (seconds: number, ...StreamInfos: readonly object[]) =>
  named('ReconcilerObservation', seconds, { Status: 'success', StreamInfos });

const renditionsOf = (bodies: readonly CallbackBody[]) => run(bodies, { store: throughTheLog }).state?.renditions ?? [];
/** `job label`: `!` failed, `?` not heard of, in brackets where superseded. */
const shown = (bodies: readonly CallbackBody[]): readonly string[] =>
  renditionsOf(bodies).map(({ jobId, definition, status, superseded }) => {
    const text = `${jobId ?? '-'} ${definition ?? '-'}${status === 'FAIL' ? '!' : status === 'SUBMITTED' ? '?' : ''}`;
    return superseded ? `(${text})` : text;
  });

describe('the renditions that there are', () => {
  const histories: readonly (readonly [string, readonly CallbackBody[], readonly string[]])[] = [
    ['oldest first', [streamTranscoded(50, good('b', 'SD')), streamTranscoded(40, good('c', 'HD'))], ['c HD', 'b SD']],
    ['of one second by job', [transcoded(50, [good('b', 'SD'), good('a', 'HD')])], ['a HD', 'b SD']],
    [
      'of one second and no job by label',
      [transcoded(50, [good(undefined, 'SD'), good(undefined, 'HD')])],
      ['- HD', '- SD'],
    ],
    [
      'whenever first heard of',
      [transcoded(60, [good('b'), good('a', 'SD')]), streamTranscoded(50, good('b'))],
      ['b HD', 'a SD'],
    ],
    [
      'whenever first heard of, also by its summary',
      [transcoded(60, [good('a'), good('b', 'SD')]), streamTranscoded(70, good('a'))],
      ['a HD', 'b SD'],
    ],
    [
      'of one second by job, whoever says it',
      [transcoded(60, [good('b', 'SD')]), observed(60, good('a'))],
      ['a HD', 'b SD'],
    ],
    [
      'of one second first those that name no job',
      [transcoded(60, [good('a', 'SD')]), observed(60, good(undefined))],
      ['- HD', 'a SD'],
    ],
    [
      'of one second first those that name no job, whoever says it',
      [transcoded(60, [good(undefined, 'SD')]), observed(60, good('a'))],
      ['- SD', 'a HD'],
    ],
    [
      'of one second and no job by label, whoever says it',
      [transcoded(60, [good(undefined, 'SD')]), observed(60, good(undefined))],
      ['- HD', '- SD'],
    ],
    [
      'of one second and no job first those without a label',
      [transcoded(60, [good(undefined)]), observed(60, good(undefined, undefined, { Definition: null }))],
      ['- -', '- HD'],
    ],

    // One gives way to a later one of its definition and format that succeeded, a failed one to a later failure too.
    ['a good one after a good one', [transcoded(50, [good('a')]), transcoded(60, [good('b')])], ['(a HD)', 'b HD']],
    ['a good one after a bad one', [transcoded(50, [bad('a')]), transcoded(60, [good('b')])], ['(a HD!)', 'b HD']],
    ['a bad one after a bad one', [transcoded(50, [bad('a')]), transcoded(60, [bad('b')])], ['(a HD!)', 'b HD!']],
    ['a bad one after a good one', [transcoded(50, [good('a')]), transcoded(60, [bad('b')])], ['a HD', 'b HD!']],
    [
      'a bad one after a good one after a bad one',
      [transcoded(50, [bad('a')]), transcoded(60, [good('b')]), transcoded(70, [bad('c')])],
      ['(a HD!)', 'b HD', 'c HD!'],
    ],
    [
      'a good one after a bad one after a good one',
      [transcoded(50, [good('a')]), transcoded(60, [bad('b')]), transcoded(70, [good('c')])],
      ['(a HD)', '(b HD!)', 'c HD'],
    ],
    ['of another definition', [transcoded(50, [good('a', 'SD')]), transcoded(60, [good('b')])], ['a SD', 'b HD']],
    [
      'of another format',
      [transcoded(50, [good('a', 'HD', { Format: 'm3u8' })]), transcoded(60, [good('b')])],
      ['a HD', 'b HD'],
    ],
    [
      'of no definition',
      [
        transcoded(50, [good('a', undefined, { Definition: null })]),
        transcoded(60, [good('b', undefined, { Definition: null })]),
      ],
      ['a -', 'b -'],
    ],
    ['one that has not ended', [transcoded(50, [good('a')]), acknowledged(60, ['b'])], ['a HD', 'b -?']],
    // A template group may hold one label twice.
    ['twice in one template group', [transcoded(50, [good('a'), good('b')])], ['a HD', 'b HD']],
    [
      'twice in one, one told before',
      [streamTranscoded(40, good('a')), transcoded(50, [good('a'), good('b')])],
      ['a HD', 'b HD'],
    ],
    [
      'twice, each in a round of its own',
      [streamTranscoded(40, good('a')), streamTranscoded(41, good('b'))],
      ['(a HD)', 'b HD'],
    ],
    [
      'twice in one that names one of them again',
      [transcoded(50, [good('a'), good('b')]), transcoded(60, [good('a')])],
      ['a HD', 'b HD'],
    ],
    [
      'once in one, and later in another that names no job too',
      [transcoded(50, [good('a')]), transcoded(60, [good(undefined), good('c')])],
      ['(a HD)', 'c HD'],
    ],

    // Whose stream was deleted don't count.
    ['deleted', [transcoded(50, [good('a'), good('b', 'SD')]), deleted(60, 'a')], ['b SD']],
    ['deleted before it was heard of', [deleted(40, 'a'), transcoded(50, [good('a')])], []],
    ['deleted before it ended', [acknowledged(40, ['a', 'b']), deleted(60, 'a')], ['b -?']],
    ['not deleted, as that failed', [transcoded(50, [good('a')]), deleted(60, 'a', 'fail')], ['a HD']],
    ['not deleted with the source', [transcoded(50, [good('a')]), deleted(60, 'a', 'success', 'mezzanine')], ['a HD']],
    [
      'one that the deleted one had superseded',
      [transcoded(50, [good('a')]), transcoded(60, [good('b')]), deleted(70, 'b')],
      ['a HD'],
    ],

    // Submitted and not heard of.
    ['submitted', [acknowledged(40, ['a', 'b']), streamTranscoded(50, good('a'))], ['b -?', 'a HD']],
    ['submitted twice', [acknowledged(40, ['b'], 't1'), acknowledged(30, ['b', 'a'], 't2')], ['a -?', 'b -?']],
    ['refused', [jobEvent('TranscodeJobFailed', 40, 'token', { JobIds: ['a'] })], []],

    // Those that name no job: of its label, the one of this TranscodeComplete.
    ['no job, told once by each', [streamTranscoded(50, good(undefined)), transcoded(60, [good(undefined)])], ['- HD']],
    [
      'no job, in two rounds',
      [transcoded(60, [good(undefined)]), transcoded(80, [good(undefined)])],
      ['(- HD)', '- HD'],
    ],
    [
      'no job, told and summed twice',
      [
        streamTranscoded(50, bad(undefined)),
        transcoded(60, [bad(undefined)]),
        streamTranscoded(70, good(undefined)),
        transcoded(80, [good(undefined)]),
      ],
      ['(- HD!)', '- HD'],
    ],
    [
      'no job, told twice before they are summed',
      [streamTranscoded(50, bad(undefined)), streamTranscoded(55, good(undefined)), transcoded(60, [good(undefined)])],
      ['(- HD!)', '- HD'],
    ],
    [
      'no job, told after they were summed',
      [transcoded(60, [bad(undefined)]), streamTranscoded(70, good(undefined))],
      ['(- HD!)', '- HD'],
    ],
    [
      'no job, of another label',
      [streamTranscoded(50, good(undefined, 'SD')), transcoded(60, [good(undefined)])],
      ['- SD', '- HD'],
    ],
    [
      'no job, where another of its label has one',
      [streamTranscoded(50, good(undefined)), transcoded(60, [good('a')])],
      ['a HD'],
    ],
    [
      'no job, where another label has one',
      [streamTranscoded(50, good(undefined)), transcoded(60, [good('a', 'SD')])],
      ['- HD', 'a SD'],
    ],
    [
      'no job, found: the latest',
      [transcoded(60, [good(undefined)]), transcoded(80, [good(undefined)]), observed(90, good(undefined))],
      ['(- HD)', '- HD'],
    ],
    ['no job, told and found', [streamTranscoded(50, good(undefined)), observed(90, good(undefined))], ['- HD']],
    [
      'no job, summed after another label was',
      [
        streamTranscoded(50, good(undefined)),
        transcoded(60, [good(undefined, 'SD')]),
        transcoded(70, [good(undefined)]),
      ],
      ['- HD', '- SD'],
    ],
    [
      'no job, summed with another label',
      [streamTranscoded(50, good(undefined)), transcoded(60, [good(undefined), good(undefined, 'SD')])],
      ['- HD', '- SD'],
    ],
    [
      'no job, summed after something else',
      [streamTranscoded(50, good(undefined)), named('NotKnownYetComplete', 55), transcoded(60, [good(undefined)])],
      ['- HD'],
    ],
    [
      'no job, summed after one with a job that was deleted',
      [
        streamTranscoded(50, good(undefined)),
        transcoded(60, [good('a')]),
        transcoded(70, [good(undefined)]),
        deleted(80, 'a'),
      ],
      ['- HD'],
    ],
    [
      'no job, in two formats',
      [transcoded(60, [good(undefined), good(undefined, 'HD', { Format: 'm3u8' })])],
      ['- HD', '- HD'],
    ],
    ['found alone', [observed(90, good(undefined)), observed(91, good('a', 'SD'))], ['- HD', 'a SD']],
  ];

  it.each(histories)('%s', (_, bodies, expected) => {
    check(
      'the same renditions in any order',
      fc.property(fc.shuffledSubarray([...bodies], { minLength: bodies.length }), (order) => {
        expect(shown(order)).toEqual(expected);
      }),
      20,
    );
  });

  it('are covered by a TranscodeComplete of their label that names no job', () => {
    const statusOf = (...bodies: readonly CallbackBody[]) => run(bodies, { store: throughTheLog }).state?.status;
    expect(statusOf(streamTranscoded(50, good('a')))).toBe('PLAYABLE');
    expect(statusOf(streamTranscoded(50, good('a')), transcoded(60, [good(undefined)]))).toBe('TRANSCODED');
    expect(statusOf(streamTranscoded(50, good('a')), transcoded(60, [good(undefined, 'SD')]))).toBe('PLAYABLE');
  });

  it('are completed by what was found of the latest of their label', () => {
    const without = transcoded(80, [good(undefined)]);
    const found = observed(90, good(undefined, 'HD', { FileUrl: 'http://b/found' }));
    const all = renditionsOf([transcoded(60, [good(undefined)]), without, found]);
    expect(all.map(({ fileUrl }) => fileUrl)).toEqual([null, 'http://b/found']);
  });

  it('of no job and one second come by format, first those without', () => {
    const other = observed(60, good(undefined, 'HD', { Format: null }));
    const all = renditionsOf([transcoded(60, [good(undefined)]), other]);
    expect(all.map(({ format }) => format)).toEqual([null, 'mp4']);
  });

  it('that were submitted and not heard of are at most 64, those that were acknowledged first', () => {
    const ids = (from: number, count: number) => Array.from({ length: count }, (_, n) => `j${100 + from + n}`);
    const first = acknowledged(40, ids(0, 30), 't1');
    const bodies = [first, acknowledged(41, ids(30, 30), 't2'), acknowledged(42, ids(60, 10), 't3')];
    const heard = [transcoded(90, [good('j100', 'LD'), good('other', 'SD')])];
    expect(renditionsOf(bodies).map((one) => one.jobId)).toEqual(ids(0, 64));
    const some = renditionsOf([...bodies.toReversed(), ...heard]).map((one) => one.jobId);
    expect(some).toEqual([...ids(1, 64), 'j100', 'other']);
    const exactly = renditionsOf([first, acknowledged(41, ids(30, 30), 't2'), acknowledged(42, ids(60, 4), 't3')]);
    expect(exactly).toHaveLength(64);
  });
});

describe('what a rendition says', () => {
  const whole = {
    ...rendition('a', 'HD'),
    StartTime: at(1),
    FinishTime: at(2),
    ErrorCode: 'E.1',
    ErrorMessage: 'one',
    Encrypt: true,
  };
  const others = {
    Format: 'm3u8',
    FileUrl: 'http://b/other',
    Bitrate: 1,
    Fps: 2,
    Width: 3,
    Height: 4,
    Duration: 5,
    Size: 6,
    Encrypt: false,
    StartTime: at(3),
    FinishTime: at(4),
    ErrorCode: 'E.2',
    ErrorMessage: 'two',
  };
  const expected = {
    jobId: 'a',
    definition: 'HD',
    format: 'mp4',
    status: 'SUCCESS',
    fileUrl: 'http://vod.example.com/a/HD-a.mp4',
    bitrateKbps: 925,
    fps: 25,
    width: 960,
    height: 540,
    durationSeconds: 1800.04,
    sizeBytes: 208_153_210,
    encrypted: true,
    startTime: atMs(1),
    finishTime: atMs(2),
    errorCode: 'E.1',
    errorMessage: 'one',
    audioOnly: false,
    superseded: false,
  };
  const otherwise = { ...whole, ...others, Definition: 'other', Status: 'fail' };
  const bare = { JobId: 'a', Status: 'success' };

  // StreamTranscodeComplete's fields come first, then TranscodeComplete's, then what the reconciler observed.
  it.each<[string, readonly CallbackBody[]]>([
    ['all of one', [transcoded(60, [whole])]],
    ['what the first says, whatever the second', [streamTranscoded(50, whole), transcoded(60, [otherwise])]],
    ['what the first says, also where it is later', [streamTranscoded(70, whole), transcoded(60, [otherwise])]],
    ['what the second adds', [streamTranscoded(50, bare), transcoded(60, [whole])]],
    ['what the third adds', [streamTranscoded(50, bare), observed(60, whole)]],
    ['what the second says before the third', [transcoded(60, [whole]), observed(50, otherwise)]],
    [
      'what each adds',
      [
        streamTranscoded(50, { ...bare, Definition: 'HD', Format: 'mp4' }),
        transcoded(60, [{ ...whole, Definition: 'x', Format: 'y' }]),
      ],
    ],
  ])('%s', (_, bodies) => {
    for (const order of [bodies, bodies.toReversed()]) {
      expect(renditionsOf(order)).toEqual([expected]);
      // Told once more by a state that was stored and read in between.
      expect(renditionsOf([...order, named('NotKnownYetComplete', 99)])).toEqual([expected]);
    }
  });

  it('is kept apart from what is shown, however little an event told of it', () => {
    const fields = Object.keys(others) as (keyof typeof others)[];
    for (const field of fields) {
      const some = { ...bare, Definition: 'HD', [field]: whole[field as keyof typeof whole] };
      // What the later event alone says shows; and is gone with it where the earlier is told again by none.
      const [shownHere] = renditionsOf([streamTranscoded(50, some), transcoded(60, [{ ...bare, ...others }])]);
      const [there] = renditionsOf([transcoded(60, [{ ...bare, ...others }]), streamTranscoded(50, some)]);
      expect(shownHere).toEqual(there);
    }
  });
});
