import type { ClickHouseClient } from '@clickhouse/client';

/** The domains of the rows. */
export const everyDomain: readonly string[] = [0, 1, 2].map((n) => `play${n}.example.com`);

/** The sink writes a video's row again with each of its events, and ClickHouse merges them later. */
const versions = 4;

/** Videos whose rows are made by one statement. */
const chunkVideos = 50_000;

const types = [
  'AddLiveRecordVideoComplete',
  'FileUploadComplete',
  'VideoAnalysisComplete',
  'SnapshotComplete',
  'StreamTranscodeComplete',
  'StreamTranscodeComplete',
  'StreamTranscodeComplete',
  'TranscodeComplete',
  'SnapshotComplete',
  'DynamicImageComplete',
];

/**
 * Makes rows inside ClickHouse: four versions of each video, ten callbacks, three renditions and one job a video, an audit
 * for every twentieth and a person's review for every hundredth, a session for four videos, 6,000 streams of three domains,
 * spread over the 30 days before 2026-03-01. The same rows every time.
 */
export async function fillAnalytics(
  client: ClickHouseClient,
  callbacks: number,
  log: (line: string) => void = () => {},
): Promise<void> {
  const videos = Math.ceil(callbacks / types.length);
  const params = { types, videos };
  for (let from = 0; from < videos; from += chunkVideos) {
    const part = { ...params, from, count: Math.min(chunkVideos, videos - from) };
    for (let version = 1; version <= versions; version += 1)
      await client.command({ query: videoRows, query_params: { ...part, offset: version } });
    for (const query of [callbackRows, sessionRows]) await client.command({ query, query_params: part });
    log(`${Math.min(videos, from + chunkVideos) * types.length} callbacks are in ClickHouse`);
  }
}

/** One row a video: its number, a random number of its own, and when its recording ended. */
const source = `SELECT n, sipHash64(n) AS r,
    toDateTime64('2026-01-30 00:00:00', 3, 'UTC') + toIntervalSecond(intDiv(n * 2592000, {videos:UInt64})) AS e
  FROM (SELECT number + {from:UInt64} AS n FROM numbers({count:UInt64}))`;

const videoId = (n: string) => `lower(hex(MD5(toString(${n}))))`;
const eventId = (n: string) => `reinterpretAsUUID(MD5(toString(${n})))`;
const names = `'play' || toString(n % 3) || '.example.com' AS domain, 'live' AS app, 'room-' || toString(n % 2000) AS stream`;

const videoRows = `INSERT INTO video_state
  (video_id, kind, status, domain, app, stream, region, recording_start, recording_end, recorded_time,
   compose_start_time, source_ready_time, ready_received_at, first_playable_time, transcoded_time, last_event_time,
   duration_seconds, size_bytes, source_url, cover_url, revision,
   timeline.event_id, timeline.event_type, timeline.event_time, timeline.received_at, timeline.status,
   timeline.source, timeline.job_id, timeline.error_code,
   renditions.job_id, renditions.definition, renditions.format, renditions.status, renditions.file_url,
   renditions.bitrate_kbps, renditions.fps, renditions.width, renditions.height, renditions.duration_seconds,
   renditions.size_bytes, renditions.encrypted, renditions.submitted_at, renditions.start_time,
   renditions.finish_time, renditions.error_code, renditions.error_message, renditions.superseded,
   jobs.token, jobs.purpose, jobs.generation, jobs.decision, jobs.state, jobs.template_group_id, jobs.policy,
   audit_status, audit_time, review_time, audit_received_at, review_received_at, jobs.decided_at, jobs.hold,
   steps.token, steps.kind, steps.state, steps.policy, steps.planned_at, steps.acknowledged_at, steps.finished_at,
   steps.job_id, steps.error_code, steps.error_message, jobs.attempt, jobs.planned_at, jobs.submitted_at,
   jobs.acknowledged_at, jobs.finished_at, jobs.task_id, jobs.job_ids, jobs.error_code, jobs.error_message, partition, offset)
WITH r % 20 = 0 AS audited, r % 100 = 0 AS reviewed, range(toUInt8(audited)) AS one,
  multiIf(reviewed, e + 602 + r % 5000, audited, e + 262, e + 202 + r % 20) AS planned
SELECT
  ${videoId('n')} AS id, if(n % 4 = 0, 'COMPOSED', 'SEGMENT'),
  multiIf(r % 200 = 0, 'PARTIAL', r % 333 = 0, 'TRANSCODING', 'TRANSCODED'), ${names}, 'cn-shanghai',
  if(n % 4 = 0, NULL, e - 1800), if(n % 4 = 0, NULL, e), if(n % 4 = 0, NULL, e + r % 10),
  if(n % 4 = 0, e + 185, NULL), e + 200 + r % 20, e + 201 + r % 20, e + 300 + r % 100, e + 420 + r % 100, e + 420,
  1800, 100000000, 'http://vod.example.com/' || id || '.m3u8', 'http://vod.example.com/' || id || '.jpg', 10,
  arrayMap(i -> ${eventId('n * 10 + i')}, range(10)), {types:Array(String)}, arrayMap(i -> e + i * 40, range(10)),
  arrayMap(i -> e + i * 40 + (r % 3000) / 1000, range(10)), arrayMap(i -> 'success', range(10)),
  arrayMap(i -> 'http', range(10)), arrayMap(i -> '', range(10)), arrayMap(i -> '', range(10)),
  arrayMap(i -> lower(hex(MD5(toString(n * 3 + i)))), range(3)), ['LD', 'SD', 'HD'], ['mp4', 'mp4', 'mp4'],
  ['SUCCESS', 'SUCCESS', if(r % 200 = 0, 'FAIL', 'SUCCESS')],
  arrayMap(i -> 'http://vod.example.com/' || id || '-' || toString(i) || '.mp4', range(3)),
  [925., 1500., 3000.], [25., 25., 25.], [960, 1280, 1920], [540, 720, 1080], [1800., 1800., 1800.],
  [100000000, 200000000, 300000000], [0, 0, 0], [e + 202, NULL, NULL], arrayMap(i -> e + 205 + i + r % 30, range(3)),
  arrayMap(i -> e + 290 + i * 40 + r % 90, range(3)), ['', '', ''], ['', '', ''], [0, 0, 0],
  [id], ['COMPOSED'], [0], ['PIPELINE'], ['DONE'], ['group'], ['default'],
  if(audited, 'PASS', ''), if(audited, e + 230 + r % 30, NULL), if(reviewed, e + 600 + r % 5000, NULL),
  if(audited, e + 231 + r % 30, NULL), if(reviewed, e + 601 + r % 5000, NULL), [e + 201], [if(audited, 'PASSED', '')],
  arrayMap(i -> 'audit-' || id, one), arrayMap(i -> 'AUDIT', one), arrayMap(i -> 'DONE', one),
  arrayMap(i -> 'default', one), arrayMap(i -> e + 201, one), arrayMap(i -> e + 202, one),
  arrayMap(i -> e + 230 + r % 30, one), arrayMap(i -> 'job', one), arrayMap(i -> '', one), arrayMap(i -> '', one), [1],
  [planned], [planned + 1], [planned + 2], [planned + 220], ['task'], [[lower(hex(MD5(toString(n * 3))))]], [''], [''], n % 6, n * 10 + {offset:UInt64}
FROM (${source})`;

const callbackRows = `INSERT INTO callbacks
  (partition, offset, received_at, source, region, replayed_at, subject_id, event_id, event_type, event_time, status,
   error_code, job_id, body)
SELECT
  n % 6, n * 10 + i, e + i * 40 + (r % 3000) / 1000, 'http', 'cn-shanghai', if(r % 1000 = 0, e + 86400, NULL),
  ${videoId('n')} AS id, ${eventId('n * 10 + i')}, {types:Array(String)}[i + 1] AS type, e + i * 40, 'success', '', '',
  '{"EventType":"' || type || '","EventTime":"2026-03-01T10:03:00Z","VideoId":"' || id || '","Status":"success",'
  || '"Bitrate":"925","Definition":"LD","Duration":1800.04,"Encrypt":false,"FileUrl":"http://vod.example.com/'
  || toString(r) || '.mp4","Format":"mp4","Fps":"25","Height":540,"Width":960,"Size":208153210,"JobId":"'
  || hex(MD5(toString(r))) || '"}'
FROM (${source}) ARRAY JOIN range(10) AS i`;

const sessionRows = `INSERT INTO session_state
  (session_id, domain, app, stream, status, start_time, end_time, disconnect_delay_seconds, compose_expected, revision,
   segments.video_id, segments.start_time, segments.end_time, segments.status,
   composed.video_id, composed.status, composed.compose_start_time, composed.source_ready_time,
   composed.transcoded_time, partition, offset)
SELECT
  domain || '/live/' || stream || '/' || toString(n), domain, app, stream, 'READY', e - 5400, e, 180, 1, 5,
  arrayMap(i -> ${videoId('n + i')}, [1, 2, 3]), [e - 5400, e - 3600, e - 1800], [e - 3600, e - 1800, e],
  ['TRANSCODED', 'TRANSCODED', 'TRANSCODED'], [${videoId('n')}], ['TRANSCODED'], [e + 185], [e + 200 + r % 20],
  [e + 420 + r % 100], n % 6, n
FROM (SELECT *, ${names} FROM (${source}) WHERE n % 4 = 0)`;
