-- One view per stage, all with the same columns, defined in docs/latency.md. `seconds` is NULL where the stage began
-- and its end isn't known; `failed` is 1 where it ended badly; `at` is when it ended, else when it began.
-- Only the arrays that a stage needs are joined: joining a whole Nested would read all of its columns.

CREATE OR REPLACE VIEW latency_delivery AS
SELECT 'delivery' AS stage, domain, app, stream, kind, '' AS definition, video_id,
    received_at AS at,
    dateDiff('millisecond', event_time, received_at) / 1000 AS seconds,
    CAST(0, 'UInt8') AS failed
FROM video_state FINAL
ARRAY JOIN timeline.received_at AS received_at, timeline.event_time AS event_time, timeline.source AS source
WHERE source IN ('http', 'mns') AND event_time > toDateTime64(0, 3, 'UTC');

CREATE OR REPLACE VIEW latency_recording AS
SELECT 'recording' AS stage, domain, app, stream, kind, '' AS definition, video_id,
    coalesce(recorded_time, recording_end, last_event_time) AS at,
    dateDiff('millisecond', recording_end, recorded_time) / 1000 AS seconds,
    CAST(status = 'FAILED' AND source_ready_time IS NULL, 'UInt8') AS failed
FROM video_state FINAL
WHERE kind = 'SEGMENT';

CREATE OR REPLACE VIEW latency_source_ready AS
SELECT 'source_ready' AS stage, domain, app, stream, kind, '' AS definition, video_id,
    coalesce(source_ready_time, recorded_time) AS at,
    dateDiff('millisecond', recorded_time, source_ready_time) / 1000 AS seconds,
    CAST(0, 'UInt8') AS failed
FROM video_state FINAL
WHERE kind = 'SEGMENT' AND recorded_time IS NOT NULL;

CREATE OR REPLACE VIEW latency_disconnect_delay AS
SELECT 'disconnect_delay' AS stage, domain, app, stream, 'COMPOSED' AS kind, '' AS definition, video_id,
    compose_start_time AS at,
    least(greatest(dateDiff('millisecond', end_time, compose_start_time) / 1000, 0), disconnect_delay_seconds) AS seconds,
    CAST(0, 'UInt8') AS failed
FROM composed_videos
WHERE compose_start_time IS NOT NULL AND end_time IS NOT NULL;

CREATE OR REPLACE VIEW latency_compose_wait AS
SELECT 'compose_wait' AS stage, domain, app, stream, 'COMPOSED' AS kind, '' AS definition, video_id,
    compose_start_time AS at,
    greatest(dateDiff('millisecond', end_time, compose_start_time) / 1000 - disconnect_delay_seconds, 0) AS seconds,
    CAST(0, 'UInt8') AS failed
FROM composed_videos
WHERE compose_start_time IS NOT NULL AND end_time IS NOT NULL;

CREATE OR REPLACE VIEW latency_compose AS
SELECT 'compose' AS stage, domain, app, stream, kind, '' AS definition, video_id,
    coalesce(source_ready_time, compose_start_time) AS at,
    dateDiff('millisecond', compose_start_time, source_ready_time) / 1000 AS seconds,
    CAST(status = 'FAILED' AND source_ready_time IS NULL, 'UInt8') AS failed
FROM video_state FINAL
WHERE kind = 'COMPOSED' AND compose_start_time IS NOT NULL;

CREATE OR REPLACE VIEW latency_trigger AS
SELECT 'trigger' AS stage, domain, app, stream, kind, '' AS definition, video_id,
    coalesce(submitted_at, planned_at) AS at,
    dateDiff('millisecond', ready_received_at, submitted_at) / 1000 AS seconds,
    CAST(state IN ('FAILED', 'IN_DOUBT'), 'UInt8') AS failed
FROM video_state FINAL
ARRAY JOIN
    jobs.submitted_at AS submitted_at, jobs.planned_at AS planned_at, jobs.state AS state,
    jobs.decision AS decision, jobs.generation AS generation
WHERE decision = 'PIPELINE' AND generation = 0 AND planned_at IS NOT NULL;

CREATE OR REPLACE VIEW latency_queue AS
SELECT 'queue' AS stage, domain, app, stream, kind, definition, video_id,
    start_time AS at,
    dateDiff('millisecond', coalesce(submitted_at, source_ready_time), start_time) / 1000 AS seconds,
    CAST(0, 'UInt8') AS failed
FROM video_state FINAL
ARRAY JOIN
    renditions.definition AS definition, renditions.submitted_at AS submitted_at, renditions.start_time AS start_time
WHERE start_time IS NOT NULL;

CREATE OR REPLACE VIEW latency_transcode AS
SELECT 'transcode' AS stage, domain, app, stream, kind, definition, video_id,
    coalesce(finish_time, start_time, source_ready_time) AS at,
    dateDiff('millisecond', start_time, finish_time) / 1000 AS seconds,
    CAST(outcome = 'FAIL', 'UInt8') AS failed
FROM video_state FINAL
ARRAY JOIN
    renditions.definition AS definition, renditions.status AS outcome,
    renditions.start_time AS start_time, renditions.finish_time AS finish_time
WHERE outcome != 'SUBMITTED';

CREATE OR REPLACE VIEW latency_first_playable AS
SELECT 'first_playable' AS stage, domain, app, stream, kind, '' AS definition, video_id,
    coalesce(first_playable_time, source_ready_time) AS at,
    dateDiff('millisecond', source_ready_time, first_playable_time) / 1000 AS seconds,
    CAST(status = 'FAILED', 'UInt8') AS failed
FROM video_state FINAL
WHERE kind IN ('SEGMENT', 'COMPOSED') AND source_ready_time IS NOT NULL;

CREATE OR REPLACE VIEW latency_fully_transcoded AS
SELECT 'fully_transcoded' AS stage, domain, app, stream, kind, '' AS definition, video_id,
    coalesce(transcoded_time, source_ready_time) AS at,
    dateDiff('millisecond', source_ready_time, transcoded_time) / 1000 AS seconds,
    CAST(status IN ('FAILED', 'PARTIAL'), 'UInt8') AS failed
FROM video_state FINAL
WHERE kind IN ('SEGMENT', 'COMPOSED') AND source_ready_time IS NOT NULL;

CREATE OR REPLACE VIEW latency_end_to_end AS
SELECT 'end_to_end' AS stage, domain, app, stream, kind, '' AS definition, video_id,
    coalesce(first_playable_time, recording_end) AS at,
    dateDiff('millisecond', recording_end, first_playable_time) / 1000 AS seconds,
    CAST(status = 'FAILED', 'UInt8') AS failed
FROM video_state FINAL
WHERE kind = 'SEGMENT' AND recording_end IS NOT NULL
UNION ALL
SELECT 'end_to_end' AS stage, c.domain AS domain, c.app AS app, c.stream AS stream, v.kind AS kind, '' AS definition, c.video_id AS video_id,
    coalesce(v.first_playable_time, c.end_time) AS at,
    dateDiff('millisecond', c.end_time, v.first_playable_time) / 1000 AS seconds,
    CAST(v.status = 'FAILED', 'UInt8') AS failed
FROM composed_videos AS c
INNER JOIN (SELECT video_id, kind, status, first_playable_time FROM video_state FINAL WHERE kind = 'COMPOSED') AS v
    ON v.video_id = c.video_id
WHERE c.end_time IS NOT NULL;

CREATE OR REPLACE VIEW latency AS
SELECT * FROM latency_delivery
UNION ALL SELECT * FROM latency_recording
UNION ALL SELECT * FROM latency_source_ready
UNION ALL SELECT * FROM latency_disconnect_delay
UNION ALL SELECT * FROM latency_compose_wait
UNION ALL SELECT * FROM latency_compose
UNION ALL SELECT * FROM latency_trigger
UNION ALL SELECT * FROM latency_queue
UNION ALL SELECT * FROM latency_transcode
UNION ALL SELECT * FROM latency_first_playable
UNION ALL SELECT * FROM latency_fully_transcoded
UNION ALL SELECT * FROM latency_end_to_end;
