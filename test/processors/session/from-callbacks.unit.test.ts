/** The whole way in memory: raw callbacks through the video processor, its facts through the session processor. */
import { describe, expect, it } from 'vitest';
import { policyBook, readPolicies } from '../../../processors/policy/index.ts';
import { sessionTopology } from '../../../processors/session/index.ts';
import type { Emission, Topology } from '../../../processors/topology.ts';
import { videoTopology } from '../../../processors/video/index.ts';
import type { ComposeJob } from '../../../schemas/generated/ComposeJob.ts';
import type { SessionState } from '../../../schemas/generated/SessionState.ts';

const stream = { DomainName: 'play.example.com', AppName: 'live', StreamName: 'room-42' };
const day = '2026-03-01T';

/** One topology with its states, run by a plain loop. */
function loop<S>(topology: Topology<S>) {
  const states = new Map<string, S>();
  const take = (key: string, outcome: ReturnType<Topology<S>['step']>): readonly Emission[] => {
    if (outcome.kind === 'dead-letter') throw new Error(outcome.error);
    if (outcome.kind === 'drop') return [];
    if (outcome.state === null) states.delete(key);
    else states.set(key, outcome.state);
    return outcome.emit;
  };
  return {
    step(key: string, value: unknown, source: string, nowMs: number) {
      const headers = { source, 'received-at': String(nowMs), region: 'cn-shanghai' };
      return take(key, topology.step(states.get(key) ?? null, { key, value, headers, timestampMs: nowMs }, { nowMs }));
    },
    fireUntil(nowMs: number) {
      const said: Emission[] = [];
      for (const key of states.keys())
        for (let state = states.get(key); state; state = states.get(key)) {
          const due = topology.timer?.dueAtMs(state) ?? null;
          if (due === null || due > nowMs || !topology.timer) break;
          said.push(...take(key, topology.timer.fire(key, state, { nowMs })));
        }
      return said;
    },
  };
}

function pipeline(policies: unknown) {
  const read = readPolicies(policies);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const book = policyBook(read.rules);
  const [videos, sessions] = [loop(videoTopology({ policies: book })), loop(sessionTopology({ policies: book }))];
  const latest = new Map<string, SessionState>();
  const jobs: ComposeJob[] = [];
  const note = (emissions: readonly Emission[]) => {
    for (const { topic, key, value } of emissions)
      if (topic === 'compose-jobs') jobs.push(value as ComposeJob);
      else latest.set(key, value as SessionState);
  };
  return {
    latest,
    jobs,
    hear(time: string, body: Record<string, unknown>, source = 'http') {
      const event = { Status: 'success', EventTime: `${day}${time}Z`, ...body };
      const bytes = new TextEncoder().encode(JSON.stringify(event));
      const nowMs = Date.parse(event.EventTime) + 500;
      for (const fact of videos.step(String(body.VideoId), bytes, source, nowMs))
        if (fact.topic === 'stream-facts') note(sessions.step(fact.key, fact.value, 'video', nowMs));
    },
    passTo(time: string) {
      note(sessions.fireUntil(Date.parse(`${day}${time}Z`)));
    },
  };
}

const recorded = (VideoId: string, from: string, to: string) => ({
  EventType: 'AddLiveRecordVideoComplete',
  VideoId,
  ...stream,
  RecordStartTime: `${day}${from}Z`,
  RecordEndTime: `${day}${to}Z`,
});
const sourceReady = (VideoId: string) => ({
  EventType: 'FileUploadComplete',
  VideoId,
  FileUrl: `http://bucket.example.com/${VideoId}.m3u8`,
});
const first = 'play.example.com/live/room-42/2026-03-01T10:00:00.000Z';

describe('from callbacks to sessions', () => {
  it('a match in cycles, composed by the cloud, transcoded', () => {
    const live = pipeline([{ recording: { cycleSeconds: 1200 } }]);
    live.hear('10:48:10', { EventType: 'LiveRecordVideoComposeStart', VideoId: 'composed', ...stream });
    live.hear('10:20:04', recorded('a', '10:00:00', '10:20:00'));
    live.hear('10:45:03', recorded('c', '10:40:00', '10:45:00'));
    live.hear('10:40:05', recorded('b', '10:20:00', '10:40:00'));
    expect(live.latest.get(first)).toMatchObject({ status: 'COMPOSING', endTime: Date.parse(`${day}10:45:00Z`) });
    live.hear('10:52:00', sourceReady('composed'));
    expect(live.latest.get(first)?.status).toBe('COMPOSED');
    live.hear('10:57:00', {
      EventType: 'TranscodeComplete',
      VideoId: 'composed',
      StreamInfos: [{ Status: 'success', JobId: 'job-1', Definition: 'LD', Format: 'm3u8', Duration: 2700.04 }],
    });
    const done = live.latest.get(first);
    expect(done?.status).toBe('READY');
    expect(done?.segments.map((segment) => segment.videoId)).toEqual(['a', 'b', 'c']);
    expect(done?.composed).toMatchObject([{ videoId: 'composed', format: 'm3u8', ours: false }]);
    expect([...live.latest.values()].map((session) => session.mergedInto)).toEqual([null, first]);
  });

  it('a match that we compose: planned, failed, redriven, done', () => {
    const recording = { cycleSeconds: 1200 };
    const live = pipeline([{ recording, segments: { transcode: 'none' }, composed: { compose: 'pipeline' } }]);
    live.hear('10:20:04', recorded('a', '10:00:00', '10:20:00'));
    live.hear('10:20:09', sourceReady('a'));
    live.hear('10:28:03', recorded('b', '10:20:00', '10:25:00'));
    live.passTo('10:30:00');
    expect(live.jobs).toEqual([]);
    live.hear('10:30:09', sourceReady('b'));
    const [job] = live.jobs;
    expect(live.jobs).toMatchObject([{ videoIds: ['a', 'b'], region: 'cn-shanghai' }]);
    const result = { ...stream, SessionId: first, Token: job?.token, Attempt: 1, SegmentVideoIds: ['a', 'b'] };
    const failed = { EventType: 'ComposeJobFailed', VideoId: `compose:${job?.token}`, ErrorCode: 'InvalidParameter' };
    live.hear('10:31:00', { ...failed, ...result }, 'job-runner');
    expect(live.latest.get(first)).toMatchObject({ status: 'PARTIAL', composition: { state: 'FAILED' } });
    live.hear('10:35:00', { EventType: 'ComposeJobAcknowledged', VideoId: 'product', ...result }, 'job-runner');
    expect(live.latest.get(first)).toMatchObject({
      status: 'COMPOSING',
      composition: { state: 'ACKNOWLEDGED', mediaId: 'product' },
      composed: [{ videoId: 'product', ours: true }],
    });
    live.hear('10:40:00', sourceReady('product'));
    expect(live.latest.get(first)).toMatchObject({ status: 'COMPOSED', composition: { state: 'DONE' } });
    expect(live.jobs).toHaveLength(1);
  });
});
