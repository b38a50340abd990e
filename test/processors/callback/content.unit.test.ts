/** What an AI found in a video (docs/video-status.md, "Content"; cloud facts 1.4.19, 1.4.20). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addEvent, emptySet } from '../../../processors/video/event-set.ts';
import { evolve } from '../../../processors/video/index.ts';
import type { VideoState } from '../../../schemas/generated/VideoState.ts';
import { check } from '../../support/property.ts';
import { type CallbackBody, event, named, sourceReady } from '../callbacks.ts';
import { throughTheLog } from '../encoding.ts';
import { run } from '../run-topology.ts';

const many = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));

const dna = (seconds: number, like: Readonly<Record<string, unknown>>, more: object = {}): CallbackBody =>
  named('AIMediaDNAComplete', seconds, {
    ...{ Status: 'success', JobId: `dna-${seconds}`, Code: '0', Message: 'OK' },
    Data: { VideoDNA: Object.entries(like).map(([PrimaryKey, Similarity]) => ({ PrimaryKey, Similarity })) },
    ...more,
  });
const tagged = (seconds: number, Data: unknown, more: object = {}): CallbackBody =>
  named('AIVideoTagComplete', seconds, { Status: 'success', JobId: `tag-${seconds}`, Data, ...more });
const failed = (body: CallbackBody): CallbackBody => ({ ...body, Status: 'fail', Code: 'Busy', Message: 'try again' });

const twin = { videoId: 'twin', similarity: 0.99 };
const cousin = { videoId: 'cousin', similarity: 0.5 };

describe('similar videos', () => {
  it.each<[string, readonly CallbackBody[], VideoState['similarVideos']]>([
    ['nobody looked', [], []],
    ['none was found', [dna(5, {})], []],
    ['the most similar first', [dna(5, { cousin: '0.5', twin: '0.99' })], [twin, cousin]],
    [
      'by id where they are as similar',
      [dna(5, { b: 1, a: 1 })],
      ['a', 'b'].map((videoId) => ({ videoId, similarity: 1 })),
    ],
    ['the newest result', [dna(5, { cousin: '0.5' }), dna(9, { twin: '0.99' })], [twin]],
    ['the newest result, also where it is that there is none', [dna(5, { twin: '0.99' }), dna(9, {})], []],
    ['not what failed', [dna(5, { twin: '0.99' }), failed(dna(9, { cousin: '0.5' }))], [twin]],
    ['only failed', [failed(dna(9, { twin: '0.99' }))], []],
    ['not what has no data', [dna(5, { twin: '0.99' }), dna(9, {}, { Data: undefined })], [twin]],
    ['as text', [dna(5, {}, { Data: '{"VideoDNA":[{"Similarity":"0.99","PrimaryKey":"twin"}]}' })], [twin]],
    ['beside tags', [dna(5, { twin: '0.99' }), tagged(9, { Keyword: [{ Tag: 'Goal' }] })], [twin]],
    [
      'however similar, told or not, from 0 to 1',
      [dna(5, { over: '1.01', under: '-0.01', least: 0, untold: '' })],
      [
        { videoId: 'least', similarity: 0 },
        ...['over', 'under', 'untold'].map((videoId) => ({ videoId, similarity: null })),
      ],
    ],
    [
      'beside one that is similar beyond all bounds',
      [dna(5, { twin: '0.99', over: '1e999', under: '-1e999' })],
      [twin, ...['over', 'under'].map((videoId) => ({ videoId, similarity: null }))],
    ],
    [
      'each once, as similar as it gets',
      [
        dna(
          5,
          {},
          {
            Data: { VideoDNA: ['0.2', '0.99', '', '0.3'].map((Similarity) => ({ PrimaryKey: 'twin', Similarity })) },
          },
        ),
      ],
      [twin],
    ],
    ['without an id none', [dna(5, {}, { Data: { VideoDNA: [{ Similarity: '1' }, 'twin', null] } })], []],
  ])('%s', (_, bodies, similarVideos) => {
    inAnyOrder(bodies, (state) => expect(state.similarVideos).toEqual(similarVideos));
  });

  it('are the 16 that are the most similar', () => {
    const { similarVideos } = run([dna(5, Object.fromEntries(many(40, (n) => [`v${n}`, n / 100])))])
      .state as VideoState;
    expect(similarVideos?.map(({ videoId }) => videoId)).toEqual(many(16, (n) => `v${39 - n}`));
  });
});

describe('tags', () => {
  const goal = { category: 'Keyword', name: 'Goal', seen: 2 };
  it.each<[string, readonly CallbackBody[], VideoState['tags']]>([
    ['nobody looked', [], []],
    ['nothing was found', [tagged(5, { Keyword: [], Person: [] })], []],
    [
      'by category, the most seen first',
      [
        tagged(5, {
          Category: [{ Tag: 'Sport' }],
          Keyword: [
            { Tag: 'Ball', Times: ['10'] },
            { Tag: 'Goal', Times: ['10', '20'] },
          ],
          Person: [{ Tag: 'Sam', Times: ['10'], FaceUrl: 'http://b/face.jpg' }],
        }),
      ],
      [
        goal,
        { category: 'Keyword', name: 'Ball', seen: 1 },
        { category: 'Person', name: 'Sam', seen: 1 },
        { category: 'Category', name: 'Sport', seen: 0 },
      ],
    ],
    [
      'of a category that nobody described',
      [tagged(5, { Mood: [{ Tag: 'calm', Times: ['1'] }] })],
      [{ category: 'Mood', name: 'calm', seen: 1 }],
    ],
    [
      'told twice in a list',
      [
        tagged(5, {
          Keyword: [
            { Tag: 'Goal', Times: ['1'] },
            { Tag: 'Goal', Times: ['2'] },
          ],
        }),
      ],
      [goal],
    ],
    [
      'told in two lists',
      [tagged(5, { Person: [{ Tag: 'Goal' }], Keyword: [{ Tag: 'Goal', Times: ['1', '2'] }] })],
      [goal, { category: 'Person', name: 'Goal', seen: 0 }],
    ],
    [
      'the newest result',
      [tagged(5, { Person: [{ Tag: 'Sam' }] }), tagged(9, { Keyword: [{ Tag: 'Goal', Times: [1, 2] }] })],
      [goal],
    ],
    [
      'not what failed, nor what has no data',
      [
        tagged(5, { Keyword: [{ Tag: 'Goal', Times: [1, 2] }] }),
        failed(tagged(7, { Person: [{ Tag: 'Sam' }] })),
        tagged(9, undefined),
      ],
      [goal],
    ],
    ['without a name none', [tagged(5, { Keyword: [{ Times: ['1'] }, { Tag: ' ' }], Person: 'Sam' })], []],
  ])('%s', (_, bodies, tags) => {
    inAnyOrder(bodies, (state) => expect(state.tags).toEqual(tags));
  });

  it('are those most seen, as many as there is room for', () => {
    const Keyword = many(100, (n) => ({ Tag: `${n}`.padStart(91, '0').slice(-50), Times: many(n, String) }));
    const { tags } = run([tagged(5, { Keyword })]).state as VideoState;
    // 54 bytes of a name, 11 of its category, 5 of how often it is seen: 22 of them are 1,540 bytes.
    expect(tags).toHaveLength(22);
    expect(tags?.map(({ seen }) => seen)).toEqual(many(22, (n) => 99 - n));
  });
});

describe('what was found', () => {
  const both = [dna(5, { twin: '0.99' }), tagged(6, { Keyword: [{ Tag: 'Goal' }] })];

  it('stays through the log, and isn’t lost in a flood', () => {
    const flood = many(600, (i) => named('NotKnownYetComplete', 100 + i, { n: i, text: 'x'.repeat(100) }));
    const state = run([...flood, ...both]).state as VideoState;
    expect(state.truncated).toBe(true);
    expect(state).toMatchObject({ similarVideos: [twin], tags: [{ name: 'Goal' }] });
    expect(throughTheLog(state)).toMatchObject({ similarVideos: [twin], tags: [{ name: 'Goal' }] });
  });

  it('of a time that can’t be true counts where nothing else is told', () => {
    const ahead = dna(90 * 86_400, { cousin: '0.5' });
    expect((run([ahead]).state as VideoState).similarVideos).toEqual([cousin]);
    expect((run([ahead, ...both]).state as VideoState).similarVideos).toEqual([twin]);
  });

  it.each(both)('is read of a copy where an earlier release kept the event without it: %j', (body) => {
    const told = event(body);
    const unread = { entry: told.entry, fact: { ...told.fact, content: null } };
    const { set } = addEvent(emptySet, unread) as { set: typeof emptySet };
    const from = run([sourceReady(1)]).state as VideoState;
    const stored = { ...from, timeline: [...from.timeline, unread.entry], facts: [...from.facts, unread.fact] };
    expect(set.events).toHaveLength(1);
    const evolved = evolve(stored, told);
    const now = evolved.changed ? evolved.state : null;
    expect(now?.timeline).toHaveLength(2);
    expect([...(now?.similarVideos ?? []), ...(now?.tags ?? [])]).toHaveLength(1);
    // And the one that says nothing of it, if it should come again, changes that no more.
    expect(evolve(now, { ...told, fact: unread.fact }).changed).toBe(false);
  });
});

function inAnyOrder(bodies: readonly CallbackBody[], expectIn: (state: VideoState) => void): void {
  check(
    'in any order',
    fc.property(fc.shuffledSubarray([...bodies], { minLength: bodies.length }), (order) => {
      const state = run([...order, sourceReady(1)]).state as VideoState;
      expectIn(state);
      expect(state).toMatchObject({ subject: 'VIDEO', status: 'SOURCE_READY', errorCode: null });
    }),
    10,
  );
}
