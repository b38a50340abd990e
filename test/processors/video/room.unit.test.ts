/** What a state has room for (docs/video-status.md, "Bounds"): which events of a lane stay, and how much one takes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addEvent, type EventSet, emptySet } from '../../../processors/video/event-set.ts';
import type { Event } from '../../../processors/video/events.ts';
import { bytesOf, maxEventBytes, maxOutputBytes, meaningOf, rooms } from '../../../processors/video/lanes.ts';
import type { EventSource } from '../../../schemas/topics.ts';
import { check } from '../../support/property.ts';
import {
  at,
  type CallbackBody,
  event,
  jobEvent,
  named,
  recorded,
  rendition,
  requested,
  sourceReady,
  startMs,
  streamTranscoded,
  transcoded,
} from '../callbacks.ts';
import { videoStateType } from '../encoding.ts';

const of = (body: CallbackBody, source?: EventSource): Event => event(body, source, startMs + 86_400_000);
const setOf = (events: readonly Event[]): EventSet =>
  events.reduce((set, one) => {
    const added = addEvent(set, one);
    return added.kind === 'duplicate' ? set : (added.set ?? set);
  }, emptySet);
const many = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));
const idsOf = (events: readonly Event[]) => new Set(events.map(({ entry }) => entry.eventId));

/** The events stay that are to, whatever the order of arrival; and are in timeline order. */
function expectKept(all: readonly Event[], kept: readonly Event[], runs = 15): void {
  check(
    'what stays',
    fc.property(fc.shuffledSubarray([...all], { minLength: all.length }), (arrival) => {
      const set = setOf([...arrival, ...arrival]);
      expect(idsOf(set.events)).toEqual(idsOf(kept));
      expect(set.truncated).toBe(kept.length < all.length);
      expect(set.cuts).toHaveLength(kept.length < all.length ? 1 : 0);
      const times = set.events.map(({ entry }) => entry.eventTime);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }),
    runs,
  );
}

describe('of a lane that is full', () => {
  const text = (bytes: number): string => 'x'.repeat(bytes);

  it('the earliest stay: of forty requests thirty-four', () => {
    const asked = many(40, (n) => of(requested(n, `key-${n}`)));
    expectKept(asked.slice(0, 34), asked.slice(0, 34));
    expectKept(asked, asked.slice(0, 34));
  });

  it('acknowledgements come before failures, these before doubts; of one second the smaller ids', () => {
    const bodies = many(40, (n) => jobEvent('TranscodeJobAcknowledged', 1, `a${n}`));
    const failures = many(40, (n) => jobEvent('TranscodeJobFailed', 1, `f${n}`));
    const byId = (a: Event, b: Event) => (a.entry.eventId < b.entry.eventId ? -1 : 1);
    const doubts = many(40, (n) => jobEvent('TranscodeJobInDoubt', 0, `d${n}`));
    const [acknowledged = [], failed = [], doubtful = []] = [bodies, failures, doubts].map((list) =>
      list.map((body) => of(body)).toSorted(byId),
    );
    expectKept([...acknowledged, ...failed], [...acknowledged, ...failed.slice(0, 30)], 5);
    expectKept([...doubtful, ...failed], [...failed, ...doubtful.slice(0, 30)], 5);
    expectKept([...doubtful, ...acknowledged, ...failed], [...acknowledged, ...failed.slice(0, 30)], 5);
  });

  it('attempts give way to how jobs ended', () => {
    const attempts = many(66, (n) => of(jobEvent('TranscodeJobSubmitted', n, 't', { Attempt: n + 1 })));
    const endings = many(10, (n) => of(jobEvent('TranscodeJobFailed', 100 + n, `t${n}`)));
    expectKept([...attempts, ...endings], [...attempts.slice(0, 60), ...endings], 5);
  });

  it('what has no time gives way to all that has, findings to callbacks', () => {
    const fat = { JobId: text(64), Status: text(64), ErrorCode: text(128) };
    const told = many(40, (n) => of(named('NotKnownYetComplete', 100 + n, { ...fat, n })));
    const found = many(30, (n) => of(named('NotKnownYetComplete', n, { ...fat, n }), 'reconciler'));
    const untimed = many(40, (n) => of({ ...named('NotKnownYetComplete', 0, { ...fat, n }), EventTime: undefined }));
    const more = many(60, (n) => of(named('NotKnownYetComplete', 200 + n, { ...fat, n })));
    const room = (before: readonly Event[]) =>
      Math.floor((rooms.rest.bytes - before.reduce((sum, one) => sum + bytesOf(one), 0)) / bytesOf(found[0] as Event));
    const inOrder = untimed.toSorted((a, b) => (a.entry.eventId < b.entry.eventId ? -1 : 1));
    const whole = [...told, ...found, ...inOrder.slice(0, room([...told, ...found]))];
    expectKept([...told, ...found, ...untimed], whole, 1);
    const all = [...told, ...more, ...found];
    expectKept([...all, ...untimed], all.slice(0, 100 + room([...told, ...more])), 1);
  });

  it('those stay that fit to the byte', () => {
    /** One that takes so many bytes more than the least. */
    const sized = (n: number, more: number): Event => {
      const ofJob = Math.min(more, 63);
      const texts = { JobId: text(1 + ofJob), ErrorCode: text(1 + more - ofJob) };
      return of(named('NotKnownYetComplete', n, { ...texts, n }));
    };
    const each = bytesOf(sized(0, 95));
    const count = Math.floor(rooms.rest.bytes / each);
    const left = rooms.rest.bytes - count * each;
    // The last six share what is left.
    const share = (n: number): number => 95 + (n < count - 6 ? 0 : Math.floor((left + n - count + 6) / 6));
    const whole = many(count, (n) => sized(n, share(n)));
    expect(whole.reduce((sum, one) => sum + bytesOf(one), 0)).toBe(rooms.rest.bytes);
    expect(setOf(whole)).toMatchObject({ truncated: false, cuts: [] });
    const others = whole.slice(0, -1);
    const longer = sized(count - 1, share(count - 1) + 1);
    const cut = setOf([...others, longer]);
    expect(cut.truncated).toBe(true);
    expect(idsOf(cut.events)).toEqual(idsOf(others));
    expect(cut.cuts).toEqual([
      { lane: 'rest', tier: 0, eventTime: longer.entry.eventTime, rank: 14, eventId: longer.entry.eventId },
    ]);
  });

  it('other lanes have all their room', () => {
    const asked = many(40, (n) => of(requested(n, `key-${n}`)));
    const attempts = many(76, (n) => of(jobEvent('TranscodeJobSubmitted', n, 't', { Attempt: n + 1 })));
    const life = [of(recorded(4)), of(sourceReady(6))];
    const set = setOf([...asked, ...attempts, ...life]);
    expect(idsOf(set.events)).toEqual(idsOf([...asked.slice(0, 34), ...attempts.slice(0, 70), ...life]));
    expect(set.cuts.map(({ lane }) => lane)).toEqual(['requests', 'runner']);
    expect(setOf([...attempts, ...asked]).cuts.map(({ lane }) => lane)).toEqual(['requests', 'runner']);
  });

  it('the end of a workflow stays, however many pictures and unknown events come, and leaves these theirs', () => {
    const fat = { JobId: text(64), Status: text(64), ErrorCode: text(128) };
    const others = many(300, (n) => of(named('NotKnownYetComplete', n, { ...fat, n })));
    const run = (n: number, Status: string) =>
      of(named('WorkflowTaskComplete', n, { TaskId: `t${n}`, WorkflowId: 'w', Status }));
    const ends = many(20, (n) => run(1000 + n, 'Succeed'));
    const set = setOf([...others, ...ends]);
    expect(idsOf(set.events.slice(-20))).toEqual(idsOf(ends));
    const runs = many(80, (n) => run(n, n === 79 ? 'Failed' : 'Succeed'));
    // Of both ways to end the latest stays, too, beyond the room of 64.
    expectKept(runs, [...runs.slice(0, 64), ...runs.slice(78)], 3);
  });

  it('the earliest and the latest of each meaning stay beyond it', () => {
    const blocked = many(150, (n) =>
      of(named('CreateAuditComplete', n, { AuditStatus: 'Blocked', Status: 'success', Reason: text(256) })),
    );
    const passed = [200, 201, 202].map((n) =>
      of(named('CreateAuditComplete', n, { AuditStatus: 'Normal', Status: 'success' })),
    );
    const fit = Math.floor(rooms.verdicts.bytes / bytesOf(blocked[0] as Event));
    expectKept(
      [...blocked, ...passed],
      [...blocked.slice(0, fit), ...blocked.slice(-1), passed[0] as Event, passed[2] as Event],
      3,
    );
  });
});

describe('what an event means', () => {
  const same = (a: Event, b: Event) => meaningOf(a) === meaningOf(b);
  const base = sourceReady(5);

  it.each<[string, CallbackBody, CallbackBody, boolean]>([
    ['another time', base, sourceReady(6), true],
    ['another address', base, sourceReady(5, { FileUrl: 'http://b/x', Size: 3 }), true],
    ['no address', base, sourceReady(5, { FileUrl: undefined }), false],
    ['no size', base, sourceReady(5, { Size: undefined }), false],
    ['that it failed', base, sourceReady(5, { Status: 'fail' }), false],
    ['no stream', recorded(5), recorded(5, { StreamName: '' }), false],
    ['no recording', recorded(5), recorded(5, { RecordStartTime: null, RecordEndTime: null }), false],
    ['no length', named('VideoAnalysisComplete', 5, { Duration: 1 }), named('VideoAnalysisComplete', 5), false],
    ['no cover', named('SnapshotComplete', 5, { CoverUrl: 'http://c' }), named('SnapshotComplete', 5), false],
    [
      'another verdict',
      named('CreateAuditComplete', 5, { AuditStatus: 'Blocked' }),
      named('CreateAuditComplete', 5, { AuditStatus: 'Normal' }),
      false,
    ],
    [
      'another deletion',
      named('DeleteMediaComplete', 5, { DeleteType: 'all' }),
      named('DeleteMediaComplete', 5, { DeleteType: 'stream' }),
      false,
    ],
    [
      'no jobs',
      named('DeleteMediaComplete', 5, { DeleteType: 'stream', JobIds: 'a' }),
      named('DeleteMediaComplete', 5, { DeleteType: 'stream' }),
      false,
    ],
    [
      'other jobs',
      named('DeleteMediaComplete', 5, { DeleteType: 'stream', JobIds: 'a' }),
      named('DeleteMediaComplete', 5, { DeleteType: 'stream', JobIds: 'a,b' }),
      true,
    ],
    ['no outputs', transcoded(5, [rendition('j', 'LD')]), transcoded(5, []), false],
    [
      'a rendition that failed',
      streamTranscoded(5, rendition('j', 'LD')),
      streamTranscoded(5, rendition('j', 'LD', { Status: 'fail' })),
      false,
    ],
    ['another rendition', streamTranscoded(5, rendition('j', 'LD')), streamTranscoded(5, rendition('k', 'HD')), true],
    [
      'sound alone',
      streamTranscoded(5, rendition('j', 'LD')),
      streamTranscoded(5, rendition('j', 'LD', { IsAudio: true })),
      false,
    ],
    [
      'sound beside a picture',
      transcoded(5, [rendition('j', 'LD')]),
      transcoded(5, [rendition('j', 'LD'), rendition('k', 'SQ')]),
      true,
    ],
    [
      'another restore',
      named('RestoreMediaComplete', 5, { RestoreExpiration: at(9) }),
      named('UpdateMediaStorageClassComplete', 5, { StorageClass: 'IA' }),
      false,
    ],
    [
      'similar videos, or tags',
      named('AIMediaDNAComplete', 5, { Data: { VideoDNA: [] } }),
      named('AIVideoTagComplete', 5, { Data: { Keyword: [] } }),
      false,
    ],
    [
      'which videos are similar',
      named('AIMediaDNAComplete', 5, { Data: { VideoDNA: [] } }),
      named('AIMediaDNAComplete', 5, { Data: { VideoDNA: [{ PrimaryKey: 'a' }] } }),
      true,
    ],
    [
      'tags, or no result',
      named('AIVideoTagComplete', 5, { Data: { Keyword: [] } }),
      named('AIVideoTagComplete', 5),
      false,
    ],
    ['another kind', named('ProduceMediaComplete', 5), named('UploadByURLComplete', 5), false],
    [
      'whatever is found',
      named('ReconcilerObservation', 5, { Size: 1 }),
      named('ReconcilerObservation', 5, { CoverUrl: 'http://c' }),
      true,
    ],
  ])('differs where it tells %s: only sometimes', (_, a, b, alike) => {
    for (const body of [a, b]) expect(meaningOf(of(body))).not.toBeNull();
    expect(same(of(a), of(b))).toBe(alike);
  });

  it.each<[string, CallbackBody]>([
    ['a request', requested(5, 'k')],
    ['an attempt', jobEvent('TranscodeJobSubmitted', 5, 't')],
    ['an unknown type', named('NotKnownYetComplete', 5)],
    ['a time that can’t be true', sourceReady(90 * 86_400)],
    ['an odd status', sourceReady(5, { Status: 'odd' })],
  ])('is nothing that decides, of %s', (_, body) => {
    expect(meaningOf(of(body))).toBeNull();
  });

  it('is one for a rendition without a status', () => {
    expect(meaningOf(of(streamTranscoded(5, { JobId: 'j', Status: 'odd' })))).not.toBeNull();
    // Without a word on how it ended a rendition isn't taken for a good one.
    expect(same(of(streamTranscoded(5, { JobId: 'j' })), of(streamTranscoded(5, rendition('j', 'LD'))))).toBe(false);
    const failed = of(streamTranscoded(5, { JobId: 'j', Status: 'fail' }));
    expect(same(of(streamTranscoded(5, { JobId: 'j' })), failed)).toBe(true);
  });
});

describe('what an event takes', () => {
  const typeOf = (field: 'timeline' | 'facts' | 'renditions') => {
    const { fields } = videoStateType as unknown as {
      fields: readonly { name: string; type: { itemsType: { toBuffer(value: unknown): Buffer } } }[];
    };
    const type = fields.find((one) => one.name === field)?.type.itemsType;
    if (type === undefined) throw new Error(field);
    return type;
  };
  const long = (bytes: number): string => '视'.repeat(bytes / 3);
  const output = {
    ...rendition(long(63), long(63)),
    Format: long(63),
    FileUrl: long(768),
    ErrorCode: long(126),
    ErrorMessage: long(255),
    Status: 'fail',
  };
  const names = { DomainName: long(255), AppName: long(255), StreamName: long(255) };
  const nothing = {
    AppName: undefined,
    DomainName: undefined,
    StreamName: undefined,
    RecordStartTime: null,
    RecordEndTime: null,
  };

  const fat = { JobId: long(63), Message: long(255), Code: long(126) };
  const similar = (n: number) => ({ PrimaryKey: `${n}`.padEnd(64, 'x'), Similarity: '0.5' });
  const tag = (n: number) => ({ Tag: `${n % 10}${long(60)}${n}`, Times: many(n, String) });

  it.each<[string, CallbackBody]>([
    ['nothing', recorded(5, nothing)],
    ['a stream', recorded(5, { ...nothing, ...names })],
    ['a message and a code', recorded(5, { ...nothing, ErrorCode: long(126), ErrorMessage: long(255) })],
    ['an odd status and a job', recorded(5, { ...nothing, Status: long(63), JobId: long(63) })],
    ['an address', sourceReady(5, { FileUrl: long(768), Size: 9e15 })],
    ['a cover', named('SnapshotComplete', 5, { CoverUrl: long(768) })],
    ['a long name', named(long(63), 5)],
    [
      'job ids',
      named('DeleteMediaComplete', 5, { DeleteType: 'stream', JobIds: many(32, (n) => `${n}`.padEnd(64, 'x')) }),
    ],
    [
      'a job',
      jobEvent('TranscodeJobAcknowledged', 5, long(63), {
        TranscodeTaskId: long(63),
        TemplateGroupId: long(63),
        Priority: 10,
        Attempt: 1e6,
      }),
    ],
    [
      'a clip',
      jobEvent('ComposeJobFailed', 5, long(63), {
        Clip: {
          ...{ From: at(1), To: at(2), Title: 'x'.repeat(128) },
          Parts: many(40, (n) => ({ VideoId: `${n}`.padEnd(64, 'x'), In: 1.5, Out: 2.5 })),
        },
      }),
    ],
    ['similar videos', named('AIMediaDNAComplete', 5, { ...fat, Data: { VideoDNA: many(40, similar) } })],
    ['tags', named('AIVideoTagComplete', 5, { ...fat, Data: { [long(63)]: many(90, tag) } })],
    ['a rendition', streamTranscoded(5, output)],
    [
      'renditions',
      transcoded(
        5,
        many(4, (n) => ({
          ...output,
          JobId: `${n}${long(60)}`,
          Size: 9e15,
          Duration: 1.5,
          StartTime: at(1),
          FinishTime: at(2),
        })),
      ),
    ],
    ['times that can’t be true', transcoded(90 * 86_400, [{ ...output, StartTime: at(1), FinishTime: at(2) }])],
  ])('is at least what it is encoded to, and at most a bound: %s', (_, body) => {
    const region = long(63);
    const { entry, fact } = of(body);
    const one = { entry, fact: { ...fact, region } };
    const encoded = typeOf('timeline').toBuffer(entry).length + typeOf('facts').toBuffer(one.fact).length;
    const outputs = fact.outputs.reduce((sum, each) => sum + typeOf('renditions').toBuffer(each).length, 0);
    const bare = typeOf('facts').toBuffer({ ...one.fact, content: null }).length;
    const shown = outputs + typeOf('facts').toBuffer(one.fact).length - bare;
    const found = fact.content === null ? 0 : fact.content.similarVideos.length + fact.content.tags.length;
    expect(bytesOf(one)).toBeGreaterThanOrEqual(encoded + shown);
    // Generous by no more than the marks of lengths and kinds.
    expect(bytesOf(one)).toBeLessThan(
      encoded + shown + 130 + 180 * fact.outputs.length + 6 * fact.jobIds.length + found * 20,
    );
    expect(bytesOf(one)).toBeLessThanOrEqual(maxEventBytes + fact.outputs.length * maxOutputBytes);
  });

  it('counts the digests of copies', () => {
    const one = of(recorded(5));
    const digests = many(16, (n) => `${n}`.padStart(16, '0'));
    const contradicted = { ...one, fact: { ...one.fact, contradiction: { callback: true, digests } } };
    expect(bytesOf(contradicted) - bytesOf(one)).toBe(16 * 20);
  });
});
