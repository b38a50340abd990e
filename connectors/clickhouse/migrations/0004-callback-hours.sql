-- What arrived by the hour: all of it, how many distinct events, and how many came a minute or more after they happened.
-- Replays aren't deliveries and are counted apart. Events that only the reconciler found are those of source reconciler.
CREATE OR REPLACE VIEW callback_hours AS
SELECT
    toStartOfHour(received_at) AS hour, event_type, source, region,
    countIf(replayed_at IS NULL) AS received,
    uniqIf(event_id, replayed_at IS NULL) AS events,
    received - events AS duplicates,
    countIf(replayed_at IS NULL AND dateDiff('second', event_time, received_at) >= 60) AS late,
    countIf(replayed_at IS NOT NULL) AS replayed
FROM callbacks FINAL
GROUP BY hour, event_type, source, region;
