-- What each video and each session waits for, and since when.

-- As before, and now without what nobody transcodes: a source that plays as it is waits for nothing, as one that is stored.
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
    AND (
        (status != 'SOURCE_READY' AND (status != 'PLAYABLE' OR hasAny(renditions.status, ['SUCCESS', 'SUBMITTED'])))
        OR hasAny(jobs.state, ['IN_DOUBT', 'AWAITING_APPROVAL', 'PLANNED', 'SUBMITTED', 'ACKNOWLEDGED']));
