-- Rows are copies of Kafka records. A row's key says which record or which entity it is, its version is the record's
-- offset: inserting a record twice, or an older one after a newer one, changes nothing that FINAL shows.
-- ORDER BY and PARTITION BY hold nothing but what can't differ between two rows of one key.

CREATE TABLE IF NOT EXISTS callbacks
(
    partition    UInt16,
    offset       UInt64,
    received_at  DateTime64(3, 'UTC') COMMENT 'when a connector received it; a replay keeps it' CODEC(Delta, ZSTD),
    source       LowCardinality(String) COMMENT 'http, mns, reconciler, job-runner, operator',
    region       LowCardinality(String),
    replayed_at  Nullable(DateTime64(3, 'UTC')) COMMENT 'set on a replay: not a delivery',
    subject_id   String COMMENT 'VideoId, MediaId, ...: the record key',
    event_id     UUID COMMENT 'the same for every copy of an event; zero where the body is unusable',
    event_type   LowCardinality(String) COMMENT 'as the cloud spells it; empty where the body is unusable',
    event_time   Nullable(DateTime64(3, 'UTC')) CODEC(Delta, ZSTD),
    status       LowCardinality(String),
    error_code   LowCardinality(String),
    job_id       String,
    body         String COMMENT 'as received' CODEC(ZSTD(3)),
    is_deleted   UInt8 DEFAULT 0,
    INDEX by_subject subject_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(offset, is_deleted)
PARTITION BY toYYYYMM(received_at)
ORDER BY (toStartOfHour(received_at), partition, offset)
TTL toDateTime(received_at) + INTERVAL 400 DAY;

CREATE TABLE IF NOT EXISTS video_state
(
    video_id            String,
    kind                LowCardinality(String),
    status              LowCardinality(String),
    domain              LowCardinality(String),
    app                 LowCardinality(String),
    stream              String,
    region              LowCardinality(String),
    recording_start     Nullable(DateTime64(3, 'UTC')),
    recording_end       Nullable(DateTime64(3, 'UTC')),
    recorded_time       Nullable(DateTime64(3, 'UTC')) COMMENT 'EventTime of AddLiveRecordVideoComplete',
    compose_start_time  Nullable(DateTime64(3, 'UTC')) COMMENT 'EventTime of LiveRecordVideoComposeStart',
    source_ready_time   Nullable(DateTime64(3, 'UTC')) COMMENT 'EventTime of FileUploadComplete',
    ready_received_at   Nullable(DateTime64(3, 'UTC')) COMMENT 'when we had been told all that says that the source is ready',
    first_playable_time Nullable(DateTime64(3, 'UTC')) COMMENT 'EventTime of the earliest successful StreamTranscodeComplete, else TranscodeComplete',
    transcoded_time     Nullable(DateTime64(3, 'UTC')) COMMENT 'EventTime of TranscodeComplete',
    deleted_time        Nullable(DateTime64(3, 'UTC')),
    last_event_time     Nullable(DateTime64(3, 'UTC')),
    duration_seconds    Nullable(Float64),
    size_bytes          Nullable(UInt64),
    source_url          String,
    cover_url           String,
    audit_status        LowCardinality(String),
    error_code          LowCardinality(String),
    error_message       String,
    revision            UInt64,
    truncated           UInt8,
    timeline Nested
    (
        event_id    UUID,
        event_type  LowCardinality(String),
        event_time  DateTime64(3, 'UTC'),
        received_at DateTime64(3, 'UTC'),
        status      LowCardinality(String),
        source      LowCardinality(String),
        job_id      String,
        error_code  LowCardinality(String)
    ),
    renditions Nested
    (
        job_id           String,
        definition       LowCardinality(String),
        format           LowCardinality(String),
        status           LowCardinality(String),
        file_url         String,
        bitrate_kbps     Nullable(Float64),
        fps              Nullable(Float64),
        width            Nullable(UInt32),
        height           Nullable(UInt32),
        duration_seconds Nullable(Float64),
        size_bytes       Nullable(UInt64),
        encrypted        Nullable(UInt8),
        submitted_at     Nullable(DateTime64(3, 'UTC')),
        start_time       Nullable(DateTime64(3, 'UTC')),
        finish_time      Nullable(DateTime64(3, 'UTC')),
        error_code       LowCardinality(String),
        error_message    String,
        superseded       UInt8
    ),
    jobs Nested
    (
        token             String,
        purpose           LowCardinality(String),
        generation        UInt32,
        decision          LowCardinality(String),
        state             LowCardinality(String),
        template_group_id String,
        policy            String,
        attempt           UInt32,
        planned_at        Nullable(DateTime64(3, 'UTC')),
        submitted_at      Nullable(DateTime64(3, 'UTC')),
        acknowledged_at   Nullable(DateTime64(3, 'UTC')),
        finished_at       Nullable(DateTime64(3, 'UTC')),
        task_id           String,
        job_ids           Array(String),
        error_code        LowCardinality(String),
        error_message     String
    ),
    partition           UInt16,
    offset              UInt64,
    is_deleted          UInt8 DEFAULT 0
)
ENGINE = ReplacingMergeTree(offset, is_deleted)
ORDER BY video_id;

CREATE TABLE IF NOT EXISTS session_state
(
    session_id               String,
    domain                   LowCardinality(String),
    app                      LowCardinality(String),
    stream                   String,
    status                   LowCardinality(String),
    start_time               Nullable(DateTime64(3, 'UTC')),
    end_time                 Nullable(DateTime64(3, 'UTC')),
    disconnect_delay_seconds UInt32 COMMENT 'by the policy at the time of the insert',
    compose_expected         UInt8,
    compose_missing          UInt8,
    duration_mismatch        UInt8,
    segment_limit_exceeded   UInt8,
    merged_into              String,
    revision                 UInt64,
    segments Nested
    (
        video_id   String,
        start_time DateTime64(3, 'UTC'),
        end_time   DateTime64(3, 'UTC'),
        status     LowCardinality(String)
    ),
    gaps Nested
    (
        start_time DateTime64(3, 'UTC'),
        end_time   DateTime64(3, 'UTC')
    ),
    composed Nested
    (
        video_id           String,
        status             LowCardinality(String),
        compose_start_time Nullable(DateTime64(3, 'UTC')),
        source_ready_time  Nullable(DateTime64(3, 'UTC')),
        transcoded_time    Nullable(DateTime64(3, 'UTC'))
    ),
    composition_token        String,
    composition_reason       LowCardinality(String),
    composition_state        LowCardinality(String),
    composition_media_id     String,
    composition_error_code   LowCardinality(String),
    partition                UInt16,
    offset                   UInt64,
    is_deleted               UInt8 DEFAULT 0
)
ENGINE = ReplacingMergeTree(offset, is_deleted)
ORDER BY session_id;
