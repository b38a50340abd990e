-- A workflow that the cloud runs by itself has a job that was never planned: it begins when the source is ready.

CREATE OR REPLACE VIEW latency_workflow AS
SELECT 'workflow' AS stage, domain, app, stream, kind, '' AS definition, video_id,
    coalesce(finished_at, submitted_at, planned_at, source_ready_time, decided_at) AS at,
    dateDiff(
        'millisecond',
        if(decision = 'CLOUD', source_ready_time, toStartOfSecond(submitted_at)),
        finished_at
    ) / 1000 AS seconds,
    CAST(state IN ('FAILED', 'IN_DOUBT'), 'UInt8') AS failed
FROM video_state FINAL
ARRAY JOIN
    jobs.workflow_id AS workflow_id, jobs.decision AS decision, jobs.state AS state, jobs.decided_at AS decided_at,
    jobs.planned_at AS planned_at, jobs.submitted_at AS submitted_at, jobs.finished_at AS finished_at
WHERE workflow_id != '' AND (planned_at IS NOT NULL OR decision = 'CLOUD');
