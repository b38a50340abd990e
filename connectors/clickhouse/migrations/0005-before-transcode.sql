-- What a policy orders before a transcode (an audit, a cover snapshot), and how the audit holds the transcode up.
-- Rows of older releases have no steps, and jobs without a hold.

ALTER TABLE video_state
    ADD COLUMN IF NOT EXISTS audit_time Nullable(DateTime64(3, 'UTC')) COMMENT 'EventTime of the first AIMediaAuditComplete; where the cloud refused the audit, when it did' AFTER audit_status,
    ADD COLUMN IF NOT EXISTS review_time Nullable(DateTime64(3, 'UTC')) COMMENT 'EventTime of the latest CreateAuditComplete: a person''s verdict' AFTER audit_time,
    ADD COLUMN IF NOT EXISTS audit_received_at Nullable(DateTime64(3, 'UTC')) COMMENT 'when we were told of it' AFTER review_time,
    ADD COLUMN IF NOT EXISTS review_received_at Nullable(DateTime64(3, 'UTC')) COMMENT 'when we were told of it' AFTER audit_received_at,
    ADD COLUMN IF NOT EXISTS jobs.decided_at Array(Nullable(DateTime64(3, 'UTC'))) AFTER jobs.attempt,
    ADD COLUMN IF NOT EXISTS jobs.hold Array(LowCardinality(String)) COMMENT 'AUDIT, REVIEW, BLOCKED, PASSED; empty: waits for no audit' AFTER jobs.error_message,
    ADD COLUMN IF NOT EXISTS steps.token Array(String) AFTER jobs.hold,
    ADD COLUMN IF NOT EXISTS steps.kind Array(LowCardinality(String)) AFTER steps.token,
    ADD COLUMN IF NOT EXISTS steps.state Array(LowCardinality(String)) AFTER steps.kind,
    ADD COLUMN IF NOT EXISTS steps.policy Array(String) AFTER steps.state,
    ADD COLUMN IF NOT EXISTS steps.planned_at Array(DateTime64(3, 'UTC')) AFTER steps.policy,
    ADD COLUMN IF NOT EXISTS steps.acknowledged_at Array(Nullable(DateTime64(3, 'UTC'))) AFTER steps.planned_at,
    ADD COLUMN IF NOT EXISTS steps.finished_at Array(Nullable(DateTime64(3, 'UTC'))) AFTER steps.acknowledged_at,
    ADD COLUMN IF NOT EXISTS steps.job_id Array(String) AFTER steps.finished_at,
    ADD COLUMN IF NOT EXISTS steps.error_code Array(LowCardinality(String)) AFTER steps.job_id,
    ADD COLUMN IF NOT EXISTS steps.error_message Array(String) AFTER steps.error_code;

CREATE OR REPLACE VIEW jobs AS
SELECT
    video_id, kind, domain, app, stream, ready_received_at,
    j.token AS token, j.purpose AS purpose, j.generation AS generation, j.decision AS decision, j.state AS state,
    j.template_group_id AS template_group_id, j.policy AS policy, j.attempt AS attempt, j.decided_at AS decided_at,
    j.planned_at AS planned_at, j.submitted_at AS submitted_at, j.acknowledged_at AS acknowledged_at,
    j.finished_at AS finished_at, j.task_id AS task_id, j.job_ids AS job_ids, j.error_code AS error_code,
    j.error_message AS error_message, j.hold AS hold
FROM video_state FINAL
ARRAY JOIN jobs AS j;

CREATE OR REPLACE VIEW steps AS
SELECT
    video_id, domain, app, stream,
    s.token AS token, s.kind AS kind, s.state AS state, s.policy AS policy, s.planned_at AS planned_at,
    s.acknowledged_at AS acknowledged_at, s.finished_at AS finished_at, s.job_id AS job_id,
    s.error_code AS error_code, s.error_message AS error_message
FROM video_state FINAL
ARRAY JOIN steps AS s;

-- Our own compositions, one row a session.
CREATE OR REPLACE VIEW compositions AS
SELECT
    session_id, domain, app, stream, status, end_time,
    composition_token AS token, composition_reason AS reason, composition_state AS state,
    composition_media_id AS media_id, composition_error_code AS error_code
FROM session_state FINAL
WHERE composition_token != '';

-- As before, and now telling an audit's verdict and a person's from the approval of the transcode itself.
CREATE OR REPLACE VIEW waiting_videos AS
SELECT
    video_id, kind, status, domain, app, stream, last_event_time AS since,
    multiIf(
        has(jobs.state, 'IN_DOUBT'), 'operator',
        has(jobs.hold, 'AUDIT'), 'audit',
        has(jobs.hold, 'REVIEW'), 'review',
        has(jobs.state, 'AWAITING_APPROVAL'), 'approval',
        has(jobs.state, 'PLANNED') OR has(jobs.state, 'SUBMITTED'), 'submission',
        status IN ('ANNOUNCED', 'RECORDED'), 'source',
        'transcode') AS waiting_for
FROM video_state FINAL
WHERE kind IN ('SEGMENT', 'COMPOSED') AND status NOT IN ('TRANSCODED', 'PARTIAL', 'FAILED', 'DELETED')
    AND (status != 'SOURCE_READY' OR hasAny(jobs.state, ['IN_DOUBT', 'AWAITING_APPROVAL', 'PLANNED', 'SUBMITTED', 'ACKNOWLEDGED']));

-- A video has one audit at most. Its values are picked, not joined: parts that an older release wrote have no steps, and
-- an array join over such a part costs more than all the rest.
CREATE OR REPLACE VIEW latency_audit AS
SELECT 'audit' AS stage, domain, app, stream, kind, '' AS definition, video_id,
    coalesce(finished_at, planned_at) AS at,
    dateDiff('millisecond', planned_at, finished_at) / 1000 AS seconds,
    CAST(state IN ('FAILED', 'IN_DOUBT'), 'UInt8') AS failed
FROM (
    SELECT video_id, domain, app, stream, kind, indexOf(steps.kind, 'AUDIT') AS n,
        steps.state[n] AS state, steps.planned_at[n] AS planned_at, steps.finished_at[n] AS finished_at
    FROM video_state FINAL
    WHERE has(steps.kind, 'AUDIT'));

-- Only where the transcode waited for the person: a verdict on one that had been planned before kept nothing waiting.
CREATE OR REPLACE VIEW latency_review AS
SELECT 'review' AS stage, domain, app, stream, kind, '' AS definition, video_id,
    coalesce(review_time, audit_time) AS at,
    dateDiff('millisecond', audit_time, review_time) / 1000 AS seconds,
    CAST(audit_status = 'BLOCKED', 'UInt8') AS failed
FROM video_state FINAL
ARRAY JOIN jobs.hold AS hold, jobs.planned_at AS planned_at, jobs.generation AS generation
WHERE generation = 0 AND audit_time IS NOT NULL AND (
    hold = 'REVIEW'
    OR (hold IN ('PASSED', 'BLOCKED') AND review_time >= audit_time
        AND (planned_at IS NULL OR planned_at >= review_received_at)));

-- A transcode that waited for an audit could begin when the verdict had come, not before.
CREATE OR REPLACE VIEW latency_trigger AS
SELECT 'trigger' AS stage, domain, app, stream, kind, '' AS definition, video_id,
    coalesce(submitted_at, planned_at) AS at,
    dateDiff('millisecond',
        multiIf(
            hold = '', ready_received_at,
            review_received_at <= planned_at, greatest(ready_received_at, review_received_at),
            greatest(ready_received_at, least(coalesce(audit_received_at, planned_at), planned_at))),
        submitted_at) / 1000 AS seconds,
    CAST(state IN ('FAILED', 'IN_DOUBT'), 'UInt8') AS failed
FROM video_state FINAL
ARRAY JOIN
    jobs.submitted_at AS submitted_at, jobs.planned_at AS planned_at, jobs.state AS state,
    jobs.decision AS decision, jobs.generation AS generation, jobs.hold AS hold
WHERE decision = 'PIPELINE' AND generation = 0 AND planned_at IS NOT NULL;

CREATE OR REPLACE VIEW latency AS
SELECT * FROM latency_delivery
UNION ALL SELECT * FROM latency_recording
UNION ALL SELECT * FROM latency_source_ready
UNION ALL SELECT * FROM latency_disconnect_delay
UNION ALL SELECT * FROM latency_compose_wait
UNION ALL SELECT * FROM latency_compose
UNION ALL SELECT * FROM latency_audit
UNION ALL SELECT * FROM latency_review
UNION ALL SELECT * FROM latency_trigger
UNION ALL SELECT * FROM latency_queue
UNION ALL SELECT * FROM latency_transcode
UNION ALL SELECT * FROM latency_first_playable
UNION ALL SELECT * FROM latency_fully_transcoded
UNION ALL SELECT * FROM latency_end_to_end;
