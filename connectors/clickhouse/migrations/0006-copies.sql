-- Which topics the rows came from. Offsets begin anew in every topic, so a database holds the rows of one topic each.
CREATE TABLE IF NOT EXISTS source_topics
(
    topic     String COMMENT 'callbacks, video-state, session-state',
    name      String COMMENT 'at the broker',
    topic_id  String COMMENT 'the broker''s: a namesake of another cluster or of an earlier life has another',
    since     DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree
ORDER BY topic;

-- What arrived by the hour, and how many came a minute or more after they happened. An event counts where its first copy
-- of that hour arrived; each further copy is a duplicate where it arrived, whatever way the first one took. Bodies without
-- an event (unusable ones, and the Live product's) are received and neither. Replays aren't deliveries and are counted
-- apart.
-- All copies of an event have one key, hence one partition: the lowest offset is the first. A way (type, source, region)
-- goes by its hash until the end: its names beside every event id would cost more than all the rest.
CREATE OR REPLACE VIEW callback_hours AS
SELECT
    hour, max(types) AS event_type, max(sources) AS source, max(regions) AS region,
    sum(arrivals) AS received,
    sum(firsts) AS events,
    sum(identified) - events AS duplicates,
    sum(lates) AS late,
    sum(replays) AS replayed
FROM (
    SELECT
        toStartOfHour(received_at) AS hour, cityHash64(event_type, source, region) AS way,
        event_type AS types, source AS sources, region AS regions,
        countIf(replayed_at IS NULL) AS arrivals,
        countIf(replayed_at IS NULL AND event_type != '') AS identified,
        0 AS firsts,
        countIf(replayed_at IS NULL AND dateDiff('second', event_time, received_at) >= 60) AS lates,
        countIf(replayed_at IS NOT NULL) AS replays
    FROM callbacks FINAL
    GROUP BY hour, event_type, source, region
    UNION ALL
    SELECT hour, way, '', '', '', 0, 0, count(), 0, 0
    FROM (
        SELECT
            toStartOfHour(received_at) AS hour, event_id,
            argMin(cityHash64(event_type, source, region), offset) AS way
        FROM callbacks FINAL
        WHERE replayed_at IS NULL AND event_type != ''
        GROUP BY hour, event_id)
    GROUP BY hour, way)
GROUP BY hour, way;

-- Our clock tells milliseconds, the cloud's StartTime whole seconds: from the whole second in which we submitted the job,
-- or a job that the cloud takes at once would have waited less than nothing.
CREATE OR REPLACE VIEW latency_queue AS
SELECT 'queue' AS stage, domain, app, stream, kind, definition, video_id,
    start_time AS at,
    dateDiff('millisecond', coalesce(toStartOfSecond(submitted_at), source_ready_time), start_time) / 1000 AS seconds,
    CAST(0, 'UInt8') AS failed
FROM video_state FINAL
ARRAY JOIN
    renditions.definition AS definition, renditions.submitted_at AS submitted_at, renditions.start_time AS start_time
WHERE start_time IS NOT NULL;
