import { describe, expect, it } from 'vitest';
import { requestTokenOf, tokenOf, videoTopology } from '../../../processors/video/index.ts';
import {
  at,
  atMs,
  bytesOf,
  composeStart,
  jobEvent,
  recorded,
  rendition,
  requested,
  snapshot,
  sourceReady,
  streamTranscoded,
  transcoded,
  videoId,
} from '../callbacks.ts';
import { bookOf, run, templateGroupId, transcodeBy } from '../run-topology.ts';

const ld = rendition('job-ld', 'LD');
const hd = rendition('job-hd', 'HD');

describe('the video topology', () => {
  it('follows a segment from recorded to transcoded', () => {
    const { state } = run([
      recorded(4),
      sourceReady(6),
      snapshot(60),
      streamTranscoded(100, ld),
      streamTranscoded(160, hd),
      transcoded(161, [ld, hd]),
    ]);
    expect(state).toMatchObject({
      kind: 'SEGMENT',
      status: 'TRANSCODED',
      stream: { domainName: 'play.example.com', appName: 'live', streamName: 'room-42' },
      recording: { startTime: atMs(-1800), endTime: atMs(0) },
      recordedTime: atMs(4),
      sourceReadyTime: atMs(6),
      firstPlayableTime: atMs(100),
      transcodedTime: atMs(161),
      revision: 6,
    });
    expect(state?.renditions.map((one) => [one.definition, one.bitrateKbps, one.fps])).toEqual([
      ['LD', 925, 25],
      ['HD', 925, 25],
    ]);
  });

  it('writes nothing for a duplicate', () => {
    const { outcomes, state } = run([recorded(4), recorded(4)]);
    expect(outcomes[1]).toMatchObject({ kind: 'drop', reason: 'duplicate' });
    expect(state?.revision).toBe(1);
  });

  describe('a record callback of ApsaraVideo Live', () => {
    const stream = { domain: 'play.example.com', app: 'live', stream: 'room-42' };
    const headers = { source: 'live', 'received-at': String(atMs(9)), 'sent-at': String(atMs(7)) };
    const step = (body: object) =>
      videoTopology({ policies: bookOf([]) }).step(
        null,
        { key: 'play.example.com/live/room-42', value: bytesOf(body), headers, timestampMs: atMs(9) },
        { nowMs: atMs(10) },
      );

    it('is told to its stream, and changes no video', () => {
      expect(step({ ...stream, event: 'record_paused' })).toMatchObject({
        ...{ kind: 'next', state: null, others: new Map() },
        emit: [
          {
            ...{ topic: 'stream-facts', key: 'play.example.com/live/room-42' },
            value: { removed: true, live: { event: 'PAUSED', time: atMs(7), startTime: null, endTime: null } },
          },
        ],
      });
    });

    it('that says nothing of a recording is dropped, one without a stream set aside', () => {
      expect(step({ ...stream, event: 'transformat_error' })).toMatchObject({
        kind: 'drop',
        reason: 'live-record-event',
      });
      expect(step({ event: 'record_started' })).toMatchObject({
        ...{ kind: 'dead-letter', reason: 'unusable', error: 'no stream: domain, app or stream is missing' },
      });
    });
  });

  it('keeps an event of an unknown type in the timeline', () => {
    const { state, outcomes } = run([{ EventType: 'SomethingNew', EventTime: at(9), VideoId: videoId, New: [1] }]);
    expect(state?.timeline.map((entry) => entry.eventType)).toEqual(['SomethingNew']);
    expect(outcomes[0]?.labels).toMatchObject({ eventType: 'other', result: 'unknown' });
  });

  it('plans a composed video once, when both its compose start and its source are known, in either order', () => {
    for (const events of [
      [composeStart(10), sourceReady(200)],
      [sourceReady(200), composeStart(10)],
    ]) {
      const { jobs, state } = run([...events, ...events, snapshot(300)], {
        policies: transcodeBy('cloud', 'pipeline'),
      });
      expect(jobs).toEqual([
        {
          token: tokenOf(videoId, 'COMPOSED', 0),
          videoId,
          purpose: 'COMPOSED',
          generation: 0,
          templateGroupId,
          priority: null,
          stream: { domainName: 'play.example.com', appName: 'live', streamName: 'room-42' },
          plannedAt: atMs(0),
          region: null,
          step: null,
          order: { 'live2vod.TranscodeOrder': { templateGroupId, priority: null } },
        },
      ]);
      expect(state?.jobs.map((job) => job.state)).toEqual(['PLANNED']);
    }
  });

  it('stamps the decision to leave a video to the cloud, and keeps it when the policy changes', () => {
    const first = run([recorded(4), sourceReady(6)], { policies: transcodeBy('cloud') });
    expect(first.state?.jobs).toMatchObject([{ decision: 'CLOUD', state: 'DECIDED', generation: 0 }]);
    const later = run([snapshot(60)], { policies: transcodeBy('pipeline'), from: first.state });
    expect(later.jobs).toEqual([]);
    expect(later.state?.jobs).toEqual(first.state?.jobs);
  });

  it('plans nothing for a source that became ready too long ago', () => {
    const { jobs, state } = run([recorded(4), sourceReady(6)], { policies: transcodeBy('pipeline'), now: 86_400 + 7 });
    expect(jobs).toEqual([]);
    expect(state?.jobs).toEqual([]);
  });

  it('follows a job from planned to done', () => {
    const token = tokenOf(videoId, 'SEGMENT', 0);
    const acknowledged = jobEvent('TranscodeJobAcknowledged', 9, token, {
      TranscodeTaskId: 'task-1',
      JobIds: ['job-ld', 'job-hd'],
    });
    const history = [recorded(4), sourceReady(6), jobEvent('TranscodeJobSubmitted', 8, token), acknowledged];
    const running = run(history, { policies: transcodeBy('pipeline') });
    expect(running.state).toMatchObject({
      status: 'TRANSCODING',
      jobs: [{ state: 'ACKNOWLEDGED', attempt: 1, taskId: 'task-1', jobIds: ['job-hd', 'job-ld'] }],
    });
    expect(running.state?.renditions.map((one) => one.status)).toEqual(['SUBMITTED', 'SUBMITTED']);
    const ended = run([streamTranscoded(50, ld), transcoded(99, [ld, hd])], { from: running.state });
    expect(ended.state).toMatchObject({ status: 'TRANSCODED', jobs: [{ state: 'DONE', finishedAt: atMs(99) }] });
  });

  it('starts an approved job once, by the request', () => {
    const waiting = run([recorded(4), sourceReady(6)], { policies: transcodeBy('approval') });
    expect(waiting.jobs).toEqual([]);
    expect(waiting.state?.jobs).toMatchObject([{ state: 'AWAITING_APPROVAL' }]);
    const approved = run([requested(60, 'once'), requested(61, 'once')], {
      policies: transcodeBy('approval'),
      from: waiting.state,
    });
    expect(approved.jobs).toHaveLength(1);
    expect(approved.jobs[0]).toMatchObject({ generation: 0, templateGroupId: 'feedfeedfeedfeedfeedfeedfeedfeed' });
    const again = run([requested(70, 'twice')], { policies: transcodeBy('approval'), from: approved.state });
    const [, second] = again.state?.jobs ?? [];
    expect(again.jobs).toMatchObject([{ generation: 1, token: requestTokenOf(videoId, second?.requestId ?? '') }]);
  });

  it('takes an internal event from no other source for more than an unknown one', () => {
    const { state, jobs } = run([recorded(4), sourceReady(6), requested(60, 'forged')], {
      policies: transcodeBy('approval'),
      headers: { source: 'http' },
    });
    expect(jobs).toEqual([]);
    expect(state?.facts.at(-1)?.kind).toBe('UNKNOWN');
  });

  // Outputs without a JobId were told apart by definition and format alone: the second round was taken for the first.
  it('tells rounds of transcoding apart that name no job', () => {
    const nameless = (url: string) => ({ Status: 'success', Definition: 'HD', Format: 'mp4', FileUrl: url });
    const [old, next] = [nameless('http://old/'), nameless('http://new/')];
    const whole = [streamTranscoded(8, old), transcoded(9, [old]), streamTranscoded(98, next), transcoded(99, [next])];
    for (const bodies of [whole, whole.toReversed(), [whole[1], whole[3]], [whole[0], whole[2]]]) {
      const { state } = run([recorded(4), ...bodies.filter((body) => body !== undefined)]);
      expect(state?.renditions.map((one) => [one.fileUrl, one.superseded])).toEqual([
        ['http://old/', true],
        ['http://new/', false],
      ]);
    }
  });

  it('tells the stream what changed, and the old stream that the video left', () => {
    const late = recorded(3, { Status: 'fail', StreamName: 'room-7' });
    const { facts } = run([sourceReady(6), recorded(4), late]);
    expect(facts.map((fact) => [fact.stream.streamName, fact.removed, fact.status, fact.videoRevision])).toEqual([
      ['room-42', false, 'SOURCE_READY', 2],
      ['room-42', true, 'SOURCE_READY', 3],
      ['room-7', false, 'SOURCE_READY', 3],
    ]);
  });

  it('says what is wrong with a record that it cannot use', () => {
    const topology = videoTopology({ policies: bookOf([]) });
    const step = (key: string, value: unknown) =>
      topology.step(null, { key, value, headers: {}, timestampMs: 1 }, { nowMs: 1 });
    expect(step('a', new TextEncoder().encode('{'))).toMatchObject({ kind: 'dead-letter', error: 'not JSON' });
    expect(step('a', null)).toMatchObject({ kind: 'dead-letter', reason: 'not bytes' });
    expect(step('other', bytesOf(recorded(4)))).toMatchObject({ kind: 'dead-letter', reason: 'wrong-key' });
  });

  it('retires a state after its retention, and forgets the stub after another', () => {
    const topology = videoTopology({ policies: transcodeBy('pipeline') });
    const { state } = run([recorded(4), sourceReady(6), transcoded(9, [ld])], { policies: transcodeBy('cloud') });
    if (state === null) throw new Error('no state');
    const dueAt = topology.timer?.dueAtMs(state) ?? 0;
    expect(dueAt).toBe(atMs(30 * 86_400));
    const stub = topology.timer?.fire(videoId, state, { nowMs: dueAt });
    if (stub?.kind !== 'next' || stub.state === null) throw new Error('no stub');
    expect(stub.state).toMatchObject({ retired: true, status: 'TRANSCODED', revision: 4 });
    expect(stub.state.timeline).toEqual(state.timeline);
    expect(stub.state.jobs).toEqual(state.jobs);

    const late = run([sourceReady(90)], { policies: transcodeBy('pipeline'), from: stub.state });
    expect(late.state).toMatchObject({ retired: true, afterRetirement: true, status: 'TRANSCODED', revision: 5 });
    expect(late.jobs).toEqual([]);

    expect(run([recorded(4)], { from: stub.state }).outcomes).toMatchObject([{ kind: 'drop', reason: 'duplicate' }]);
    const forgotten = topology.timer?.fire(videoId, stub.state, { nowMs: topology.timer.dueAtMs(stub.state) ?? 0 });
    expect(forgotten).toMatchObject({ kind: 'next', state: null, reason: 'retired' });
  });
});
