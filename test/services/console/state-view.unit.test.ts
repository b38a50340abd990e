import { ClassicLevel } from 'classic-level';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  identity,
  openView,
  session,
  sessionRecord,
  stream,
  streamKey,
  temporaryFolder,
  tombstone,
  video,
  videoRecord,
} from './fixture.ts';

const all = () => true;

describe('the local view of the state topics', () => {
  test('shows the latest record of each key and where it stands', async () => {
    const view = await openView();
    await view.apply([
      videoRecord(0, 0, video('a', { revision: 1 })),
      videoRecord(0, 1, video('b')),
      videoRecord(0, 5, video('a', { revision: 2 })),
    ]);
    expect((await view.get('video-state', 'a'))?.revision).toBe(2);
    expect(await view.get('video-state', 'z')).toBeNull();
    expect(view.position()).toMatchObject({ 'video-state': [6, 0], 'session-state': [0] });
    expect((await view.changes('video-state', 0, 0, 10)).map(({ key, offset }) => [key, offset])).toEqual([
      ['b', 1],
      ['a', 5],
    ]);
  });

  test('goes on where it stopped, and ignores records it has seen', async () => {
    const folder = temporaryFolder();
    const before = await openView(folder);
    await before.apply([videoRecord(1, 7, video('a', { revision: 7 }))]);
    await before.close();
    const after = await openView(folder);
    expect(after.position()['video-state']).toEqual([0, 8]);
    await after.apply([videoRecord(1, 3, video('a', { revision: 3 })), videoRecord(1, 8, video('c'))]);
    expect((await after.get('video-state', 'a'))?.revision).toBe(7);
    expect(after.position()['video-state']).toEqual([0, 9]);
  });

  test('is built anew for topics that were made anew', async () => {
    const folder = temporaryFolder();
    const before = await openView(folder);
    await before.apply([videoRecord(0, 0, video('a'))]);
    await before.close();
    const after = await openView(folder, { ...identity, topicIds: { ...identity.topicIds, 'video-state': 'other' } });
    expect(await after.get('video-state', 'a')).toBeNull();
    expect(after.position()['video-state']).toEqual([0, 0]);
  });

  test('lists newest first, by stream and in pages, without leaving entries of older states behind', async () => {
    const view = await openView();
    const other = { ...stream, streamName: 'room-4' };
    await view.apply([
      sessionRecord(0, session('s1', { startTime: 1_000 })),
      sessionRecord(1, session('s2', { startTime: 3_000 })),
      sessionRecord(2, session('s3', { startTime: 2_000, stream: other })),
      sessionRecord(3, session('s1', { startTime: 4_000 })),
    ]);
    const first = await view.list('session-state', { limit: 2 }, all);
    expect(first.items.map((item) => item.sessionId)).toEqual(['s1', 's2']);
    const second = await view.list('session-state', { limit: 2, cursor: first.next ?? '' }, all);
    expect(second.items.map((item) => item.sessionId)).toEqual(['s3']);
    expect(second.next).toBeNull();
    const ofStream = await view.list('session-state', { stream: streamKey, limit: 10 }, all);
    expect(ofStream.items.map((item) => item.sessionId)).toEqual(['s1', 's2']);
    const inTime = await view.list('session-state', { fromMs: 2_000, toMs: 3_000, limit: 10 }, all);
    expect(inTime.items.map((item) => item.sessionId)).toEqual(['s3']);
  });

  test('tells of a key that is gone until it forgets it, and then can not serve readers from before', async () => {
    const view = await openView();
    await view.apply([videoRecord(0, 0, video('a')), tombstone(0, 4, 'a', 1_000), videoRecord(0, 5, video('b'))]);
    expect(await view.get('video-state', 'a')).toBeNull();
    expect((await view.list('video-state', { limit: 10 }, all)).items.map((item) => item.videoId)).toEqual(['b']);
    expect((await view.changes('video-state', 0, 1, 10)).map(({ key, state }) => [key, state === null])).toEqual([
      ['a', true],
      ['b', false],
    ]);
    const early = { asOfMs: 0, 'video-state': [2, 0], 'session-state': [0] };
    expect(view.canResume(early)).toBe(true);
    expect(await view.prune(999)).toBe(0);
    expect(await view.prune(1_001)).toBe(1);
    expect(view.canResume(early)).toBe(false);
    expect(view.canResume({ ...early, 'video-state': [5, 0] })).toBe(true);
  });

  test('leaves out what nobody can read and shows the latest that can be', async () => {
    // One such record made every start of the console fail at the same place.
    const view = await openView();
    const broken = (offset: number, key: string, value: string) => ({
      ...tombstone(0, offset, key),
      value: Buffer.from(value),
    });
    const unreadable = await view.apply([
      videoRecord(0, 0, video('a', { revision: 1 })),
      videoRecord(0, 1, video('a', { revision: 2 })),
      broken(2, 'a', 'not Avro'),
      broken(3, 'b', ''),
      broken(4, 'c', '\0\0\0\0\u0001?'),
      videoRecord(0, 5, video('d')),
    ]);
    expect(unreadable.map(({ record, fault }) => [record.offset, fault.code])).toEqual([
      [2, 'NOT_WIRE_FORMAT'],
      [3, 'NOT_WIRE_FORMAT'],
      [4, 'BAD_AVRO'],
    ]);
    expect((await view.get('video-state', 'a'))?.revision).toBe(2);
    const shown = await view.list('video-state', { limit: 10 }, all);
    expect(shown.items.map((item) => item.videoId)).toEqual(['a', 'd']);
    expect(view.position()['video-state']).toEqual([6, 0]);
  });

  test('takes nothing over while the registry is away', async () => {
    const view = await openView();
    const ofAnotherSchema = { ...tombstone(0, 1, 'b'), value: Buffer.from('\0\0\0\0\u0009?') };
    const records = [videoRecord(0, 0, video('a')), ofAnotherSchema];
    await expect(view.apply(records)).rejects.toMatchObject({ code: 'UNKNOWN_SCHEMA_ID', retryable: true });
    expect(await view.get('video-state', 'a')).toBeNull();
    expect(view.position()['video-state']).toEqual([0, 0]);
  });

  test('keeps nothing of what it could not take over', async () => {
    // The database keeps a chained batch, and all that was put into it, until the batch is written or closed: every try
    // for the registry left one.
    const attached = vi.spyOn(ClassicLevel.prototype, 'attachResource');
    const detached = vi.spyOn(ClassicLevel.prototype, 'detachResource');
    onTestFinished(() => void vi.restoreAllMocks());
    const view = await openView();
    const ofAnotherSchema = { ...tombstone(0, 1, 'b'), value: Buffer.from('\0\0\0\0\u0009?') };
    await expect(view.apply([videoRecord(0, 0, video('a')), ofAnotherSchema])).rejects.toThrow();
    const open = new Set(attached.mock.calls.map(([resource]) => resource));
    for (const [resource] of detached.mock.calls) open.delete(resource);
    expect(open.size).toBe(0);
  });

  test('remembers when it was current, also when that was before a restart', async () => {
    const folder = temporaryFolder();
    const before = await openView(folder, identity, 1_000);
    expect(before.position().asOfMs).toBe(1_000);
    await before.markCurrent(5_000);
    await before.close();
    const after = await openView(folder, identity, 9_000);
    expect(after.position().asOfMs).toBe(5_000);
    await after.reset(9_500);
    expect(after.position().asOfMs).toBe(9_500);
  });
});
