/** How a media is stored (docs/video-status.md, "Storage"; cloud facts 1.7), and media of which nothing else is known. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addEvent, emptySet } from '../../../processors/video/event-set.ts';
import { eventsOf } from '../../../processors/video/events.ts';
import type { VideoState } from '../../../schemas/generated/VideoState.ts';
import { check } from '../../support/property.ts';
import { at, atMs, type CallbackBody, event, named, sourceReady, videoId } from '../callbacks.ts';
import { run } from '../run-topology.ts';

const changed = (seconds: number, StorageClass: string, more: object = {}): CallbackBody =>
  named('UpdateMediaStorageClassComplete', seconds, { Status: 'Success', Scope: 'All', StorageClass, ...more });
const restored = (seconds: number, until: number, more: object = {}): CallbackBody =>
  named('RestoreMediaComplete', seconds, { Status: 'Success', RestoreExpiration: at(until), ...more });
const failure = { Status: 'Failed', ErrorCode: 'NoSuchKey', ErrorMessage: 'gone' };
const failed = (body: CallbackBody): CallbackBody => ({ ...body, ...failure });

const never = {
  storageClass: null,
  scope: null,
  changedTime: null,
  restoredTime: null,
  restoredUntil: null,
  errorCode: null,
  errorMessage: null,
};
const why = { errorCode: 'NoSuchKey', errorMessage: 'gone' };
const archived = { ...never, storageClass: 'Archive', scope: 'All', changedTime: atMs(10) };

describe('what is said of a stored media', () => {
  it.each<[string, readonly CallbackBody[], VideoState['storage']]>([
    ['nothing', [], null],
    ['archived', [changed(10, 'Archive')], archived],
    [
      'the source alone',
      [changed(10, 'IA', { Scope: 'SourceFile' })],
      { ...archived, storageClass: 'IA', scope: 'SourceFile' },
    ],
    ['the latest class', [changed(5, 'IA'), changed(10, 'Archive')], archived],
    [
      'restored for a time',
      [changed(10, 'Archive'), restored(20, 900)],
      { ...archived, restoredTime: atMs(20), restoredUntil: atMs(900) },
    ],
    [
      'restored for longer',
      [changed(10, 'Archive'), restored(20, 900), restored(30, 990)],
      { ...archived, restoredTime: atMs(30), restoredUntil: atMs(990) },
    ],
    [
      'restored, whatever its class',
      [restored(20, 900)],
      { ...never, restoredTime: atMs(20), restoredUntil: atMs(900) },
    ],
    ['another class ends the restore', [restored(5, 900), changed(10, 'Archive')], archived],
    ['a change that failed', [changed(10, 'Archive'), failed(changed(20, 'Standard'))], { ...archived, ...why }],
    ['a change that failed before one that worked', [failed(changed(5, 'IA')), changed(10, 'Archive')], archived],
    ['only failed', [failed(restored(20, 900))], { ...never, ...why }],
    [
      'a restore that failed leaves the one before',
      [restored(20, 900), failed(restored(30, 990))],
      { ...never, restoredTime: atMs(20), restoredUntil: atMs(900), ...why },
    ],
  ])('%s', (_, bodies, storage) => {
    check(
      'in any order',
      fc.property(fc.shuffledSubarray([...bodies], { minLength: bodies.length }), (order) => {
        const state = run([...order, sourceReady(1)]).state as VideoState;
        expect(state.storage).toEqual(storage);
        expect(state).toMatchObject({ subject: 'VIDEO', kind: 'UPLOAD', status: 'SOURCE_READY', errorCode: null });
      }),
      10,
    );
  });

  it('what failed stays beside what worked in the same second', () => {
    const both = run([failed(changed(10, 'Archive')), changed(10, 'Archive')]).state as VideoState;
    expect(both.timeline).toHaveLength(2);
    expect(both.storage).toMatchObject({ storageClass: 'Archive', changedTime: atMs(10) });
  });

  it.each([changed(1, 'IA'), failed(changed(1, 'IA')), restored(1, 9), named('SubmitMediaRefreshComplete', 1)])(
    'alone makes no video: %j',
    (body) => {
      expect(run([body]).state).toMatchObject({ subject: 'MEDIA', kind: 'UNKNOWN' });
      // Once anything else is known it is the video that it was all along.
      expect(run([body, sourceReady(2)]).state).toMatchObject({ subject: 'VIDEO', kind: 'UPLOAD' });
      expect(run([body, named('SnapshotComplete', 2)]).state?.subject).toBe('VIDEO');
    },
  );

  it('isn’t lost in a flood', () => {
    const flood = Array.from({ length: 600 }, (_, i) =>
      named('NotKnownYetComplete', 100 + i, { n: i, text: 'x'.repeat(100) }),
    );
    const state = run([...flood, changed(10, 'Archive'), restored(2_000, 9_000)]).state as VideoState;
    expect(state.truncated).toBe(true);
    expect(state.storage).toMatchObject({ storageClass: 'Archive', restoredUntil: atMs(9_000) });
  });
});

describe('an event that an earlier release stored without knowing its type', () => {
  it.each<[CallbackBody, Partial<VideoState>]>([
    [changed(10, 'Archive'), { storage: archived }],
    [failed(changed(10, 'Archive')), { storage: { ...never, ...why } }],
    [
      named('AIVideoCensorComplete', 10, { Status: 'success', JobId: 'j', Data: { Suggestion: 'block' } }),
      { auditStatus: 'BLOCKED', status: 'FAILED' },
    ],
  ])('is read when a copy comes: %j', (body, means) => {
    const told = event(body);
    expect(told.formerId).toMatch(/^[0-9a-f]{32}$/);
    // As 0.1.0 kept it: the identity of an unknown type, and a fact that says nothing.
    const unread = {
      entry: { ...told.entry, eventId: told.formerId as string },
      fact: { ...told.fact, kind: 'UNKNOWN', audit: null, storage: null, errorMessage: null } as const,
    };
    const { set } = addEvent(emptySet, unread) as { set: typeof emptySet };
    const from = run([sourceReady(1)]).state as VideoState;
    const stored = { ...from, timeline: [...from.timeline, unread.entry], facts: [...from.facts, unread.fact] };
    expect(set.events).toHaveLength(1);
    const { state } = run([body], { from: stored });
    expect(state).toMatchObject(means);
    expect(eventsOf(state as VideoState).map(({ entry }) => entry.eventId)).toContain(told.entry.eventId);
    expect(state?.timeline).toHaveLength(2);
    expect(run([body], { from: state as VideoState }).outcomes).toMatchObject([{ kind: 'drop', reason: 'duplicate' }]);
  });
});

describe('the older name of the audit', () => {
  it.each([
    ['block', { auditStatus: 'BLOCKED', status: 'FAILED', errorCode: 'AuditBlocked' }],
    ['review', { auditStatus: 'REVIEW', status: 'SOURCE_READY' }],
    ['pass', { auditStatus: 'PASS', status: 'SOURCE_READY' }],
  ])('%s is a verdict', (Suggestion, means) => {
    const body = named('AIVideoCensorComplete', 9, {
      VideoId: undefined,
      MediaId: videoId,
      JobId: 'j',
      Status: 'success',
      Data: { Suggestion },
    });
    expect(run([sourceReady(1), body]).state).toMatchObject(means);
    expect(run([sourceReady(1), { ...body, Status: 'fail' }]).state?.auditStatus).toBeNull();
  });
});
