-- Jobs that start a workflow instead of a transcode, and how long it takes. Rows of older releases have none.

ALTER TABLE video_state
    ADD COLUMN IF NOT EXISTS jobs.workflow_id Array(String) COMMENT 'started instead of a template group; empty: none' AFTER jobs.hold;

CREATE OR REPLACE VIEW jobs AS
SELECT
    video_id, kind, domain, app, stream, ready_received_at,
    j.token AS token, j.purpose AS purpose, j.generation AS generation, j.decision AS decision, j.state AS state,
    j.template_group_id AS template_group_id, j.policy AS policy, j.attempt AS attempt, j.decided_at AS decided_at,
    j.planned_at AS planned_at, j.submitted_at AS submitted_at, j.acknowledged_at AS acknowledged_at,
    j.finished_at AS finished_at, j.task_id AS task_id, j.job_ids AS job_ids, j.error_code AS error_code,
    j.error_message AS error_message, j.hold AS hold, j.workflow_id AS workflow_id
FROM video_state FINAL
ARRAY JOIN jobs AS j;

-- Its end has whole seconds, our submission hasn't: from the second in which we submitted it. What ended in doubt had no
-- submission that we know of.
CREATE OR REPLACE VIEW latency_workflow AS
SELECT 'workflow' AS stage, domain, app, stream, kind, '' AS definition, video_id,
    coalesce(finished_at, submitted_at, planned_at) AS at,
    dateDiff('millisecond', toStartOfSecond(submitted_at), finished_at) / 1000 AS seconds,
    CAST(state IN ('FAILED', 'IN_DOUBT'), 'UInt8') AS failed
FROM video_state FINAL
ARRAY JOIN
    jobs.workflow_id AS workflow_id, jobs.state AS state, jobs.planned_at AS planned_at,
    jobs.submitted_at AS submitted_at, jobs.finished_at AS finished_at
WHERE workflow_id != '' AND planned_at IS NOT NULL;

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
UNION ALL SELECT * FROM latency_workflow
UNION ALL SELECT * FROM latency_first_playable
UNION ALL SELECT * FROM latency_fully_transcoded
UNION ALL SELECT * FROM latency_end_to_end;
