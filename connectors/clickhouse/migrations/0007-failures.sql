-- What went wrong in a stage of its own, one row a failure: the rows of latency_recording, _compose, _trigger and
-- _transcode whose `failed` is 1, in one reading of the table instead of four.
CREATE OR REPLACE VIEW failures AS
SELECT failure.1 AS stage, domain, app, stream, kind, video_id, failure.2 AS at
FROM (
    SELECT
        video_id, domain, app, stream, kind,
        arrayConcat(
            if(unready AND kind = 'SEGMENT',
                [('recording', coalesce(recorded_time, recording_end, last_event_time))], []),
            if(unready AND kind = 'COMPOSED' AND compose_start_time IS NOT NULL,
                [('compose', compose_start_time)], []),
            arrayMap(n -> ('trigger', coalesce(jobs.submitted_at[n], jobs.planned_at[n])),
                arrayFilter(
                    n -> jobs.state[n] IN ('FAILED', 'IN_DOUBT') AND jobs.decision[n] = 'PIPELINE'
                        AND jobs.generation[n] = 0 AND jobs.planned_at[n] IS NOT NULL,
                    arrayEnumerate(jobs.state))),
            arrayMap(n -> ('transcode', coalesce(renditions.finish_time[n], renditions.start_time[n], source_ready_time)),
                arrayFilter(n -> renditions.status[n] = 'FAIL', arrayEnumerate(renditions.status)))
        ) AS found,
        status = 'FAILED' AND source_ready_time IS NULL AS unready
    FROM video_state FINAL
    WHERE status = 'FAILED' OR has(renditions.status, 'FAIL') OR hasAny(jobs.state, ['FAILED', 'IN_DOUBT']))
ARRAY JOIN found AS failure;
