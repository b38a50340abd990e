/** The lanes as docs/video-status.md, "Bounds", has them. States store which event found no room, so these stay as they are. */
import { describe, expect, it } from 'vitest';
import { compareText, emptyFact } from '../../../processors/callback/index.ts';
import { addEvent, type EventSet, emptySet } from '../../../processors/video/event-set.ts';
import type { Event } from '../../../processors/video/events.ts';
import { bytesOf, laneKeyOf, laneOf, maxStateBytes, rooms } from '../../../processors/video/lanes.ts';
import type { Fact } from '../../../schemas/generated/VideoState.ts';
import type { EventSource } from '../../../schemas/topics.ts';
import {
  at,
  atMs,
  type CallbackBody,
  composeStart,
  event,
  jobEvent,
  named,
  recorded,
  rendition,
  sourceReady,
  transcoded,
} from '../callbacks.ts';

const of = (body: CallbackBody, source?: EventSource): Event => event(body, source, atMs(86_400));

describe('the lanes', () => {
  const table: Readonly<Record<string, readonly Fact['kind'][]>> = {
    verdicts: ['DELETED', 'MANUAL_AUDIT', 'MACHINE_AUDIT'],
    'life cycle': ['RECORDED', 'COMPOSE_START', 'SOURCE_READY', 'SOURCE_ANALYSED', 'UPLOADED_BY_URL', 'PRODUCED'],
    transcodes: ['STREAM_TRANSCODED', 'TRANSCODED'],
    rest: ['SNAPSHOT', 'OTHER', 'UNKNOWN', 'OBSERVED'],
    requests: ['TRANSCODE_REQUESTED'],
    runner: [
      'JOB_SUBMITTED',
      'JOB_ACKNOWLEDGED',
      'JOB_FAILED',
      'JOB_IN_DOUBT',
      'COMPOSE_ACKNOWLEDGED',
      'COMPOSE_FAILED',
      'COMPOSE_IN_DOUBT',
    ],
  };

  it.each(Object.entries(table))('%s: %j', (lane, kinds) => {
    const { entry } = of(recorded(4));
    for (const kind of kinds) expect(laneOf({ entry, fact: { ...emptyFact, kind } })).toBe(lane);
  });

  it('workflows: what tells of a run, whatever kind it is read as', () => {
    const { entry } = of(recorded(4));
    for (const workflow of [
      { taskId: 't', workflowId: null },
      { taskId: null, workflowId: 'w' },
    ])
      expect(laneOf({ entry, fact: { ...emptyFact, kind: 'OTHER', workflow } })).toBe('workflows');
  });

  it('have the room that is documented', () => {
    expect(rooms).toEqual({
      verdicts: { bytes: 30_000, events: 500 },
      'life cycle': { bytes: 30_000, events: 500 },
      transcodes: { bytes: 260_000, events: 1_000 },
      workflows: { bytes: 20_000, events: 64 },
      rest: { bytes: 40_000, events: 500 },
      requests: { bytes: 20_000, events: 34 },
      runner: { bytes: 98_000, events: 70 },
    });
    expect(maxStateBytes).toBe(900_000);
  });

  const fat = { JobId: 'x'.repeat(64), Status: 'x'.repeat(64), ErrorCode: 'x'.repeat(128) };
  const unknown = (n: number): CallbackBody => named('NotKnownYetComplete', n, { ...fat, n });

  it.each<[string, (n: number) => Event, number, string]>([
    ['callbacks first', (n) => of(unknown(n)), 0, 'rest'],
    ['findings next', (n) => of(unknown(n), 'reconciler'), 1, 'rest'],
    ['what has no time last', (n) => of({ ...unknown(n), EventTime: undefined }), 2, 'rest'],
    ['also of findings', (n) => of({ ...unknown(n), EventTime: undefined }, 'reconciler'), 2, 'rest'],
    ['acknowledgements first', (n) => of(jobEvent('TranscodeJobAcknowledged', n, `t${n}`)), -2, 'runner'],
    ['of compositions, too', (n) => of(jobEvent('ComposeJobAcknowledged', n, `t${n}`)), -2, 'runner'],
    ['failures next', (n) => of(jobEvent('TranscodeJobFailed', n, `t${n}`)), -1, 'runner'],
    ['failed compositions, too', (n) => of(jobEvent('ComposeJobFailed', n, `t${n}`)), -1, 'runner'],
    ['doubts next', (n) => of(jobEvent('TranscodeJobInDoubt', n, `t${n}`)), 0, 'runner'],
    ['doubted compositions, too', (n) => of(jobEvent('ComposeJobInDoubt', n, `t${n}`)), 0, 'runner'],
    ['attempts last', (n) => of(jobEvent('TranscodeJobSubmitted', n, `t${n}`)), 1, 'runner'],
  ])('remember where their room ended: %s', (_, make, tier, lane) => {
    const events = Array.from({ length: 110 }, (_one, n) => make(n));
    const set = events.reduce((known: EventSet, one) => {
      const added = addEvent(known, one);
      return added.kind === 'duplicate' ? known : (added.set ?? known);
    }, emptySet);
    const kept = new Set(set.events.map(({ entry }) => entry.eventId));
    const [first] = events
      .filter(({ entry }) => !kept.has(entry.eventId))
      .toSorted((a, b) => a.entry.eventTime - b.entry.eventTime || compareText(a.entry.eventId, b.entry.eventId));
    expect(set.cuts).toMatchObject([{ lane, tier, eventTime: first?.entry.eventTime, eventId: first?.entry.eventId }]);
  });
});

describe('what found no room once', () => {
  const [first, last] = [of(recorded(4)), of(sourceReady(40))];
  const cut = { lane: 'life cycle' as const, tier: 0, eventTime: atMs(20), rank: 0, eventId: '' };
  const set = (events: readonly Event[]): EventSet => ({ events, cuts: [cut], truncated: true });
  const blocked = of(named('CreateAuditComplete', 60, { AuditStatus: 'Blocked' }));

  it('finds none later, whatever room there is', () => {
    // One that decides nothing stays only where it has room.
    const odd = of(composeStart(30, { Status: 'odd' }));
    expect(addEvent(set([first]), odd)).toEqual({ kind: 'full', set: null });
    const itself = { lane: 'life cycle' as const, ...laneKeyOf(odd) };
    expect(addEvent({ ...set([first]), cuts: [itself] }, odd)).toEqual({ kind: 'full', set: null });
    expect(addEvent(emptySet, odd)).toMatchObject({ kind: 'added', set: { events: [odd], truncated: false } });
    expect(addEvent(set([]), first)).toEqual({ kind: 'added', set: set([first]) });
    expect(addEvent(set([first]), last)).toEqual({ kind: 'added', set: set([first, last]) });
    const other = addEvent(set([first]), blocked);
    expect(other).toEqual({ kind: 'added', set: set([first, blocked]) });
  });

  it('takes along the copy that it outweighs', () => {
    const found = of(composeStart(10, { Status: 'odd' }), 'reconciler');
    const told = of(composeStart(10, { Status: 'odd' }));
    const untimed: Event = { ...told, entry: { ...told.entry, eventTime: 0 } };
    const before: EventSet = { ...set([found]), cuts: [{ ...cut, tier: 1 }] };
    expect(addEvent(before, untimed)).toEqual({ kind: 'full', set: { ...before, events: [] } });
  });

  it('holds of renditions too, of which few events hold many', () => {
    const outputs = Array.from({ length: 12 }, (_, n) =>
      rendition(`j${n}`, 'LD', { FileUrl: `http://a/${'x'.repeat(700)}` }),
    );
    const summed = Array.from({ length: 20 }, (_, n) =>
      of(
        transcoded(
          100 + n,
          outputs.map((one) => ({ ...one, JobId: `${n}-${String(one.JobId)}` })),
        ),
      ),
    );
    const sum = (events: readonly Event[]) => events.reduce((bytes, one) => bytes + bytesOf(one), 0);
    const fit = Math.floor(rooms.transcodes.bytes / bytesOf(summed[10] as Event));
    expect(fit).toBeLessThan(20);
    const added = summed.reduce((known: EventSet, one) => {
      const next = addEvent(known, one);
      return next.kind === 'duplicate' ? known : (next.set ?? known);
    }, emptySet);
    // Beyond the room only the latest: it decides.
    expect(added.events).toHaveLength(fit + 1);
    expect(sum(added.events.slice(0, -1))).toBeLessThanOrEqual(rooms.transcodes.bytes);
    expect(added.truncated).toBe(true);
  });
});

describe('what an event takes', () => {
  const texts = { ErrorCode: 'E.1', ErrorMessage: 'no', JobId: 'job' };
  const { entry, fact } = of(
    transcoded(90 * 86_400, [{ ...rendition('ld', 'LD'), ...texts, StartTime: at(5) }], texts),
  );
  const full: Event = {
    entry: { ...entry, jobId: 'job', errorCode: 'E.1', implausible: ['StartTime'] },
    fact: {
      ...fact,
      fileUrl: 'http://a/f',
      coverUrl: 'http://a/c',
      errorMessage: 'no',
      region: 'cn-shanghai',
      stream: { domainName: 'd', appName: 'a', streamName: 's' },
      job: {
        token: 'l2v-1',
        taskId: 'task',
        templateGroupId: 'group',
        priority: 1,
        attempt: 1,
        clip: null,
      } as Fact['job'],
      jobIds: ['a', 'b'],
      contradiction: { callback: true, digests: ['0123', '4567'] },
    },
  };
  /** Paths of all texts in it. */
  const pathsIn = (value: unknown, path: readonly string[] = []): string[][] => {
    if (typeof value === 'string') return [[...path]];
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([field, one]) => pathsIn(one, [...path, field]));
  };
  const longer = (value: unknown, [field, ...rest]: readonly string[]): unknown => {
    if (field === undefined) return `${String(value)}${'y'.repeat(10)}`;
    const changed = { ...(value as object), [field]: longer((value as Record<string, unknown>)[field], rest) };
    return Array.isArray(value) ? Object.values(changed) : changed;
  };
  // One of a few words, however long what was told.
  const words = ['kind', 'status', 'subject', 'deletion', 'audit'];
  const paths = pathsIn(full).filter(
    (path) => path.join('.') === 'entry.status' || !words.includes(path.at(-1) as string),
  );

  it('grows with each of its texts; with those of an output twice, as the state shows them too', () => {
    expect(paths.length).toBeGreaterThanOrEqual(24);
    for (const path of paths) {
      const more = bytesOf(longer(full, path) as Event) - bytesOf(full);
      expect(more, path.join('.')).toBe(path.includes('outputs') ? 20 : 10);
    }
  });

  it('is the same from release to release', () => {
    expect(bytesOf(of(recorded(4)))).toBe(260);
    expect(bytesOf(full)).toBe(671);
  });
});
