/** A record that an earlier release wrote: all sessions in one, stubs of settled ones beside them. */
import { expect, it } from 'vitest';
import { atMinute, policy, StreamUnderTest, segment, sessionId, streamKey } from './stream.ts';

const notComposed = policy({ composed: { compose: 'none' } });
const done = { status: 'TRANSCODED' } as const;

it('is archived with the stream’s next fact; late facts find their sessions, stubs go when their retention is over', () => {
  const before = new StreamUnderTest({ policy: notComposed, alone: true });
  for (let index = 10; index < 20; index += 1) before.hear(segment(`s${index}`, index * 60, index * 60 + 8, done));
  before.passTo(2000);
  const old = before.state;
  if (!old) throw new Error('no state');
  const stub = { startTime: atMinute(60), lastActivity: atMinute(70), composed: ['film'] };
  const live = new StreamUnderTest({ policy: notComposed });
  live.states.set(streamKey, { ...old, settledThrough: atMinute(80), settled: [stub] });

  live.hear(segment('s20', 1200, 1208, done), segment('s12', 720, 728, { status: 'DELETED', videoRevision: 2 }));
  expect(live.state).toMatchObject({ settled: [], videos: [{ videoId: 's19' }, { videoId: 's20' }] });
  expect(live.facts).toHaveLength(11);
  expect(live.sessions.get(sessionId(720))?.status).toBe('FAILED');
  live.hear(segment('early', 50, 58), { ...segment('film', 0, 0), recording: null, recordedTime: null });
  expect(live.drops).toEqual(['settled', 'settled']);
  live.passTo(32 * 24 * 60);
  expect(live.tombstones.get(sessionId(60))).toBe('retired');
  expect([...live.states.keys()]).toEqual([]);
});
