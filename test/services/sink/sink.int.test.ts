import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { latencyReport } from '../../../connectors/clickhouse/index.ts';
import { eventually } from '../../support/eventually.ts';
import { composedRow, sessionRow } from './expected-rows.ts';
import { after, audited, body, composed, ledgerEntry, rendition, segment, session, stream } from './fixtures.ts';
import { type SinkWorld, sinkWorld } from './world.ts';

let world: SinkWorld;
beforeAll(async () => {
  world = await sinkWorld(inject('stack'));
});
afterAll(() => world.close());

it('brings callbacks, videos and sessions into ClickHouse, and says how long the stages took', async () => {
  const { producer, topics, codecs } = world;
  const headers = { source: 'http', 'received-at': '1772359212345', region: 'cn-shanghai' };
  const send = (topic: string, key: string, value: Buffer | null, h = headers) =>
    producer.send({ topic, key, value, headers: h });
  await send(topics('callbacks'), 'segment-1', body({ VideoId: 'segment-1' }));
  await send(topics('callbacks'), 'segment-1', Buffer.from([0x7b, 0xff, 0x00, 0x7d]));
  await send(topics('video-state'), 'segment-1', codecs.videoState.encode(segment('segment-1')));
  await send(topics('video-state'), 'composed-1', codecs.videoState.encode(composed('composed-1')));
  await send(topics('video-state'), 'gone', codecs.videoState.encode(segment('gone')));
  await send(topics('video-state'), 'gone', null);
  await send(topics('video-state'), 'broken', Buffer.from('no Avro'));
  const state = session('composed-1');
  await send(topics('session-state'), state.sessionId, codecs.sessionState.encode(state));

  const sink = world.startSink();
  await eventually(async () => {
    expect(await world.count('callbacks FINAL')).toBe(2);
    expect(await world.count('video_state FINAL')).toBe(2);
    expect(await world.count('session_state FINAL')).toBe(1);
  });

  const [callback] = await world.rows("SELECT * FROM callbacks FINAL WHERE event_type != ''");
  expect(callback).toMatchObject({
    subject_id: 'segment-1',
    event_type: 'FileUploadComplete',
    event_time: '2026-03-01 10:00:10.000',
    received_at: '2026-03-01 10:00:12.345',
    source: 'http',
    region: 'cn-shanghai',
    replayed_at: null,
    event_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    body: body({ VideoId: 'segment-1' }).toString(),
    status: 'success',
  });
  expect(await world.rows("SELECT hex(body) AS body FROM callbacks FINAL WHERE event_type = ''")).toEqual([
    { body: '7BFF007D' },
  ]);
  const [video] = await world.rows("SELECT * FROM video_state FINAL WHERE video_id = 'composed-1'");
  expect(video).toEqual(composedRow);
  const [live] = await world.rows('SELECT * FROM session_state FINAL');
  expect(live).toEqual(sessionRow);

  const report = await latencyReport(world.client);
  const seconds = Object.fromEntries(report.map((row) => [row.stage, [row.count, row.p50]]));
  expect(seconds).toMatchObject({
    delivery: [4, expect.any(Number)],
    recording: [1, 4],
    source_ready: [1, 6],
    disconnect_delay: [1, 180],
    compose_wait: [1, 5],
    compose: [1, 60],
    trigger: [1, 2],
    queue: [2, expect.any(Number)],
    transcode: [2, 150],
    first_playable: [2, expect.any(Number)],
    fully_transcoded: [2, expect.any(Number)],
    end_to_end: [2, expect.any(Number)],
  });
  const queue = await latencyReport(world.client, { stages: ['queue'], by: ['kind', 'definition', 'hour'] });
  expect(queue).toMatchObject([
    { stage: 'queue', kind: 'COMPOSED', definition: 'LD', hour: '2026-03-01T10:00:00Z', p50: 3 },
    { stage: 'queue', kind: 'SEGMENT', definition: 'LD', hour: '2026-03-01T10:00:00Z', p50: 10 },
  ]);
  expect(await latencyReport(world.client, { stream: "x' OR '1'='1" })).toEqual([]);

  const letters = await world.read('dead-letters');
  expect(letters.map((letter) => [letter.key, letter.headers.reason, letter.headers.stage])).toEqual([
    ['broken', 'not-decodable', 'sink'],
  ]);
  expect(letters[0]?.value?.toString()).toBe('no Avro');
  await sink.end();
});

it('says which videos an audit holds up, and how long it and a person took', async () => {
  const { producer, topics, codecs } = world;
  for (const state of [audited('passed', true), audited('waiting', false)]) {
    await producer.send({
      topic: topics('video-state'),
      key: state.videoId,
      value: codecs.videoState.encode(state),
    });
  }
  const sink = world.startSink();
  await eventually(async () => expect(await world.count("video_state FINAL WHERE has(steps.kind, 'AUDIT')")).toBe(2));

  expect(await world.rows("SELECT video_id, hold, state FROM jobs WHERE hold != '' ORDER BY video_id")).toEqual([
    { video_id: 'passed', hold: 'PASSED', state: 'DONE' },
    { video_id: 'waiting', hold: 'REVIEW', state: 'AWAITING_APPROVAL' },
  ]);
  expect(await world.rows('SELECT video_id, kind, state, job_id, finished_at FROM steps ORDER BY video_id')).toEqual(
    ['passed', 'waiting'].map((video_id) => ({
      video_id,
      kind: 'AUDIT',
      state: 'DONE',
      job_id: 'audit-job',
      finished_at: '2026-03-01 10:00:42.000',
    })),
  );
  expect(await world.rows("SELECT video_id, waiting_for FROM waiting_videos WHERE waiting_for = 'review'")).toEqual([
    { video_id: 'waiting', waiting_for: 'review' },
  ]);
  // 12 to 42; 42 to 342, and one that still waits; 344, when we heard the verdict, to 346.
  expect(await latencyReport(world.client, { stages: ['audit', 'review', 'trigger'], by: ['kind'] })).toMatchObject([
    { stage: 'audit', kind: 'SEGMENT', count: 2, failures: 0, p50: 30 },
    { stage: 'review', kind: 'SEGMENT', count: 1, failures: 0, p50: 300 },
    { stage: 'trigger', kind: 'COMPOSED', count: 1, p50: 2 },
    { stage: 'trigger', kind: 'SEGMENT', count: 1, p50: 2 },
  ]);
  await sink.end();
});

// We submit at 13.900 s by our clock and the cloud says that it began in second 13: the difference of the two is -0.9 s.
it('lets no job wait less than nothing in the queue', async () => {
  const { producer, topics, codecs } = world;
  const state = segment('at-once', {
    stream: { ...stream, streamName: 'at-once' },
    renditions: [rendition({ jobId: 'job-at-once', startTime: after(13) })],
    jobs: [ledgerEntry({ purpose: 'SEGMENT', submittedAt: after(13) + 900, jobIds: ['job-at-once'] })],
  });
  await producer.send({ topic: topics('video-state'), key: 'at-once', value: codecs.videoState.encode(state) });
  const sink = world.startSink();
  await eventually(async () => expect(await world.count("video_state FINAL WHERE video_id = 'at-once'")).toBe(1));
  expect(await latencyReport(world.client, { stages: ['queue'], stream: 'at-once' })).toMatchObject([
    { stage: 'queue', count: 1, p50: 0 },
  ]);
  await sink.end();
});

it('says how long workflows took, which failed, and what waited for one', async () => {
  const { producer, topics, codecs } = world;
  const job = { workflowId: 'w', templateGroupId: null, jobIds: [], submittedAt: after(20) + 400 } as const;
  // From the source on, which was ready at 10 s.
  const byCloud = { decision: 'CLOUD', plannedAt: null, submittedAt: null, acknowledgedAt: null } as const;
  const states = [
    segment('by-workflow', { jobs: [ledgerEntry({ ...job, finishedAt: after(300) })] }),
    segment('workflow-failed', { jobs: [ledgerEntry({ ...job, state: 'FAILED', finishedAt: after(80) })] }),
    segment('workflow-doubt', {
      jobs: [ledgerEntry({ ...job, state: 'IN_DOUBT', submittedAt: null, acknowledgedAt: null, finishedAt: null })],
    }),
    segment('run-by-cloud', { jobs: [ledgerEntry({ ...job, ...byCloud, finishedAt: after(250) })] }),
    segment('cloud-failed', { jobs: [ledgerEntry({ ...job, ...byCloud, state: 'FAILED', finishedAt: after(90) })] }),
    segment('cloud-runs', { jobs: [ledgerEntry({ ...job, ...byCloud, state: 'DECIDED', finishedAt: null })] }),
  ];
  for (const state of states) {
    await producer.send({ topic: topics('video-state'), key: state.videoId, value: codecs.videoState.encode(state) });
  }
  const sink = world.startSink();
  await eventually(async () => expect(await world.count("jobs WHERE workflow_id = 'w'")).toBe(6));
  const rows = await world.rows('SELECT video_id, seconds, failed FROM latency_workflow ORDER BY video_id');
  expect(rows).toEqual([
    { video_id: 'by-workflow', seconds: 280, failed: 0 },
    { video_id: 'cloud-failed', seconds: 80, failed: 1 },
    { video_id: 'cloud-runs', seconds: null, failed: 0 },
    { video_id: 'run-by-cloud', seconds: 240, failed: 0 },
    { video_id: 'workflow-doubt', seconds: null, failed: 1 },
    { video_id: 'workflow-failed', seconds: 60, failed: 1 },
  ]);
  expect(await latencyReport(world.client, { stages: ['workflow'] })).toMatchObject([{ count: 4, failures: 3 }]);
  await sink.end();
});
