/** SubmitAIJob: fingerprints and tags, from the order to what a video's state says of them (cloud facts 1.4.19, 1.4.20). */
import { describe, expect, test } from 'vitest';
import { parseCallback } from '../../../processors/callback/index.ts';
import { evolve } from '../../../processors/video/index.ts';
import type { VideoState } from '../../../schemas/generated/VideoState.ts';
import { startReceiver } from '../receiver.ts';
import { playedShow, stopAfterTest } from '../world.ts';
import { call } from './caller.ts';

/** A show of several cycles and the film made of them; what was asked, told and billed. */
async function show() {
  const receiver = await startReceiver();
  stopAfterTest(receiver.stop);
  const emulator = await playedShow('3a', { callbackUrl: receiver.url });
  const film = emulator.ledger().videos.find(({ madeOf }) => madeOf.length > 1);
  if (film === undefined) throw new Error('the show has no film');
  const ask = async (action: string, params: Readonly<Record<string, string>>) => {
    const { body } = await call(emulator.url, action, params);
    await emulator.whenQuiet();
    return body as { AIJobList?: { AIJob: { JobId: string; MediaId: string; Type: string }[] } } & typeof body;
  };
  /** The state of a video by all that its callbacks said. */
  const stateOf = (videoId: string): VideoState | null =>
    receiver.received.reduce<VideoState | null>((state, { body }) => {
      if (body.VideoId !== videoId && body.MediaId !== videoId) return state;
      const delivery = { source: 'http', receivedAtMs: 0, region: null } as const;
      const parsed = parseCallback(Buffer.from(JSON.stringify(body)), delivery);
      if (parsed.kind !== 'ok') throw new Error(`${body.EventType} is ${parsed.kind}`);
      const evolved = evolve(state, parsed.event);
      return evolved.changed ? evolved.state : state;
    }, null);
  return { emulator, film, ask, stateOf };
}

describe('SubmitAIJob', () => {
  test('finds in a film the cycles that were fingerprinted before it, in that library alone', async () => {
    const { film, ask, stateOf } = await show();
    const [first = '', second = ''] = film.madeOf;
    const dna = (MediaId: string, DNADBId: string) =>
      ask('SubmitAIJob', { MediaId, Types: 'AIMediaDNA', Config: JSON.stringify({ AIMediaDNA: { DNADBId } }) });
    await dna(first, 'ours');
    await dna(second, 'another');
    expect(stateOf(first)?.similarVideos).toEqual([]);
    await dna(film.videoId, 'ours');
    expect(stateOf(film.videoId)?.similarVideos).toMatchObject([{ videoId: first }]);
    expect(stateOf(film.videoId)?.similarVideos[0]?.similarity).toBeLessThan(1);
    await dna(film.videoId, 'another');
    expect(stateOf(film.videoId)?.similarVideos).toMatchObject([{ videoId: second }]);
    // The film is in the library now, too.
    await dna(first, 'ours');
    expect(stateOf(first)?.similarVideos).toMatchObject([{ videoId: film.videoId }]);
  });

  test('makes a job of each type, which is told, billed and asked for by its id', async () => {
    const { emulator, film, ask, stateOf } = await show();
    const MediaId = film.videoId;
    const { AIJobList } = await ask('SubmitAIJob', { MediaId, Types: 'AIMediaDNA,AIVideoTag' });
    const jobs = AIJobList?.AIJob ?? [];
    expect(jobs.map((job) => [job.Type, job.MediaId])).toEqual([
      ['AIMediaDNA', MediaId],
      ['AIVideoTag', MediaId],
    ]);
    const ended = stateOf(MediaId)?.timeline.filter(({ eventType }) => /DNA|Tag/.test(eventType));
    expect(ended?.map(({ jobId }) => jobId).toSorted()).toEqual(jobs.map(({ JobId }) => JobId).toSorted());
    expect(stateOf(MediaId)?.tags).toContainEqual({ category: 'Category', name: 'Sports', seen: 0 });
    for (const { JobId, Type } of jobs)
      expect((await ask('GetJobDetail', { JobType: 'ai', JobId })).AIJobDetail).toMatchObject({
        ...{ JobType: Type, MediaId, Status: 'success', Trigger: 'Manual' },
      });
    const billed = emulator.ledger().bill.filter(({ service }) => service === 'fingerprint' || service === 'tags');
    expect(billed.map(({ jobId }) => jobId).toSorted()).toEqual(jobs.map(({ JobId }) => JobId).toSorted());
  });

  test('that fails is told with code and message, is listed so, billed nothing, and finds nothing', async () => {
    const { emulator, film, ask, stateOf } = await show();
    const MediaId = film.videoId;
    emulator.turn({ aiFailRate: 1 });
    const { AIJobList } = await ask('SubmitAIJob', { MediaId, Types: 'AIMediaDNA,AIVideoTag' });
    const jobs = AIJobList?.AIJob ?? [];
    const failures = stateOf(MediaId)?.timeline.filter(({ eventType }) => /DNA|Tag/.test(eventType));
    expect(failures).toHaveLength(2);
    for (const one of failures ?? []) expect(one).toMatchObject({ status: 'fail', errorCode: 'InternalError' });
    const JobIds = jobs.map(({ JobId }) => JobId).join(',');
    const listed = (await ask('ListAIJob', { JobIds: `${JobIds},none` })) as Record<string, unknown>;
    expect(listed).toMatchObject({
      AIJobList: {
        AIJob: jobs.map(({ JobId, Type }) => ({ JobId, Type, MediaId, Status: 'fail', Code: 'InternalError' })),
      },
      NonExistAIJobIds: { String: ['none'] },
    });
    expect(await ask('GetMediaDNAResult', { MediaId })).toMatchObject({ Code: 'NoSuchResource' });
    expect(await ask('GetAIVideoTagResult', { MediaId })).toMatchObject({ Code: 'NoSuchResource' });
    const { analyses, bill, videos } = emulator.ledger();
    expect(analyses.map(({ type, status }) => [type, status])).toEqual([
      ['AIMediaDNA', 'fail'],
      ['AIVideoTag', 'fail'],
    ]);
    expect(bill.map(({ service }) => service)).not.toContain('tags');
    expect(videos.find(({ videoId }) => videoId === MediaId)).toMatchObject({ similarVideos: null, tags: null });
  });

  test('is in the ledger as the state has it', async () => {
    const { emulator, film, ask, stateOf } = await show();
    for (const MediaId of [...film.madeOf, film.videoId])
      await ask('SubmitAIJob', { MediaId, Types: 'AIMediaDNA,AIVideoTag' });
    const { videos, analyses } = emulator.ledger();
    expect(analyses).toHaveLength(2 * (film.madeOf.length + 1));
    for (const { videoId, similarVideos, tags } of videos.filter((one) => one.tags !== null))
      expect(stateOf(videoId)).toMatchObject({ similarVideos, tags });
    expect(videos.find(({ videoId }) => videoId === film.videoId)?.similarVideos).toHaveLength(film.madeOf.length);
  });

  test.each([
    ['no type', {}, 'MissingParameter'],
    ['another type', { Types: 'AIMediaDNA,AIMusic' }, 'InvalidParameter'],
    ['a type that is none of its own', { Types: 'constructor' }, 'InvalidParameter'],
    ['a Config that is no object', { Types: 'AIMediaDNA', Config: '[]' }, 'InvalidParameter'],
    ['a Config of a type that is none', { Types: 'AIMediaDNA', Config: '{"AIMediaDNA":"ours"}' }, 'InvalidParameter'],
    ['a library without a name', { Types: 'AIMediaDNA', Config: '{"AIMediaDNA":{"DNADBId":1}}' }, 'InvalidParameter'],
    [
      'another analysis',
      { Types: 'AIVideoTag', Config: '{"AIVideoTag":{"AnalyseTypes":"OCR,NLP"}}' },
      'InvalidParameter',
    ],
  ])('is refused with %s, and nothing is begun', async (_what, params, Code) => {
    const { emulator, film, ask } = await show();
    expect(await ask('SubmitAIJob', { MediaId: film.videoId, ...(params as Record<string, string>) })).toMatchObject({
      Code,
    });
    expect(emulator.ledger().bill.map(({ service }) => service)).not.toContain('fingerprint');
  });
});
