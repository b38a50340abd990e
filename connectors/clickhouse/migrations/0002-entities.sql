-- The parts of a video as rows of their own. They are read out of the video's latest row, so that a part that a newer
-- state no longer has is gone here too.

CREATE OR REPLACE VIEW renditions AS
SELECT
    video_id, kind, domain, app, stream, source_ready_time,
    r.job_id AS job_id, r.definition AS definition, r.format AS format, r.status AS status, r.file_url AS file_url,
    r.bitrate_kbps AS bitrate_kbps, r.fps AS fps, r.width AS width, r.height AS height,
    r.duration_seconds AS duration_seconds, r.size_bytes AS size_bytes, r.encrypted AS encrypted,
    r.submitted_at AS submitted_at, r.start_time AS start_time, r.finish_time AS finish_time,
    r.error_code AS error_code, r.error_message AS error_message, r.superseded AS superseded
FROM video_state FINAL
ARRAY JOIN renditions AS r;

CREATE OR REPLACE VIEW jobs AS
SELECT
    video_id, kind, domain, app, stream, ready_received_at,
    j.token AS token, j.purpose AS purpose, j.generation AS generation, j.decision AS decision, j.state AS state,
    j.template_group_id AS template_group_id, j.policy AS policy, j.attempt AS attempt, j.planned_at AS planned_at,
    j.submitted_at AS submitted_at, j.acknowledged_at AS acknowledged_at, j.finished_at AS finished_at,
    j.task_id AS task_id, j.job_ids AS job_ids, j.error_code AS error_code, j.error_message AS error_message
FROM video_state FINAL
ARRAY JOIN jobs AS j;

CREATE OR REPLACE VIEW timeline AS
SELECT
    video_id, kind, domain, app, stream,
    t.event_id AS event_id, t.event_type AS event_type, t.event_time AS event_time, t.received_at AS received_at,
    t.status AS status, t.source AS source, t.job_id AS job_id, t.error_code AS error_code
FROM video_state FINAL
ARRAY JOIN timeline AS t;

CREATE OR REPLACE VIEW composed_videos AS
SELECT
    session_id, domain, app, stream, start_time, end_time, disconnect_delay_seconds,
    c.video_id AS video_id, c.status AS status, c.compose_start_time AS compose_start_time,
    c.source_ready_time AS source_ready_time, c.transcoded_time AS transcoded_time
FROM session_state FINAL
ARRAY JOIN composed AS c
WHERE status != 'MERGED';

-- What transcoding costs: minutes of video put out, and how much faster than real time.
CREATE OR REPLACE VIEW transcode_work AS
SELECT
    video_id, kind, domain, app, stream, definition, start_time, finish_time,
    coalesce(finish_time, source_ready_time) AS at,
    duration / 60 AS minutes,
    dateDiff('millisecond', start_time, finish_time) / 1000 / nullIf(duration, 0) AS real_time_factor
FROM video_state FINAL
ARRAY JOIN
    renditions.definition AS definition, renditions.status AS outcome, renditions.duration_seconds AS duration,
    renditions.start_time AS start_time, renditions.finish_time AS finish_time
WHERE outcome = 'SUCCESS';

-- Videos on which something is still expected, and of whom. A source that nobody transcodes (store only) is at its end.
CREATE OR REPLACE VIEW waiting_videos AS
SELECT
    video_id, kind, status, domain, app, stream, last_event_time AS since,
    multiIf(
        has(jobs.state, 'IN_DOUBT'), 'operator',
        has(jobs.state, 'AWAITING_APPROVAL'), 'approval',
        has(jobs.state, 'PLANNED') OR has(jobs.state, 'SUBMITTED'), 'submission',
        status IN ('ANNOUNCED', 'RECORDED'), 'source',
        'transcode') AS waiting_for
FROM video_state FINAL
WHERE kind IN ('SEGMENT', 'COMPOSED') AND status NOT IN ('TRANSCODED', 'PARTIAL', 'FAILED', 'DELETED')
    AND (status != 'SOURCE_READY' OR hasAny(jobs.state, ['IN_DOUBT', 'AWAITING_APPROVAL', 'PLANNED', 'SUBMITTED', 'ACKNOWLEDGED']));
