/** Holds ClickHouse's rows against the cloud's ledger. */
import type { ClickHouseClient } from '@clickhouse/client';
import type { Ledger } from '../../emulator/index.ts';
import type { VideoState } from '../../schemas/generated/VideoState.ts';
import { add, beginnings, type Difference, statusKnown } from './compare.ts';

type VideoRow = {
  video_id: string;
  kind: string;
  status: string;
  recorded: number | null;
  compose_start: number | null;
  source_ready: number | null;
  first_playable: number | null;
  transcoded: number | null;
  rendition_jobs: string[];
  rendition_statuses: string[];
};
type SessionRow = {
  session_id: string;
  status: string;
  start: number;
  end: number;
  segment_ids: string[];
  gap_starts: number[];
  gap_ends: number[];
  composed_ids: string[];
};

const ms = (column: string) => `toUnixTimestamp64Milli(${column})`;

/**
 * Everything in which the tables differ from the ledger, and the callbacks table from the number of records sent to it.
 * @param states what the pipeline says: for facts that no callback carries, only the answer to a request
 */
export async function analyticsDifferences(
  client: ClickHouseClient,
  ledger: Ledger,
  states: ReadonlyMap<string, VideoState>,
  callbackRecords: number,
): Promise<Difference[]> {
  const rows = async <T>(query: string) =>
    (
      await client.query({
        query,
        format: 'JSONEachRow',
        clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
      })
    ).json<T>();
  const found: Difference[] = [];
  const videos = new Map(
    (
      await rows<VideoRow>(`SELECT video_id, kind, status, ${ms('recorded_time')} AS recorded, ${ms('compose_start_time')} AS compose_start,
        ${ms('source_ready_time')} AS source_ready, ${ms('first_playable_time')} AS first_playable, ${ms('transcoded_time')} AS transcoded,
        arraySort((id) -> id, arrayFilter((id, s) -> s != 'SUBMITTED', renditions.job_id, renditions.status)) AS rendition_jobs,
        arraySort((s, id) -> id, arrayFilter((s) -> s != 'SUBMITTED', renditions.status), arrayFilter((id, s) -> s != 'SUBMITTED', renditions.job_id, renditions.status)) AS rendition_statuses
        FROM video_state FINAL`)
    ).map((row) => [row.video_id, row]),
  );
  const beginningOf = beginnings(ledger, states);
  for (const truth of ledger.videos) {
    const row = videos.get(truth.videoId);
    const expected = {
      kind: truth.kind,
      status: statusKnown(truth, states.get(truth.videoId)),
      recorded: truth.recordedTime,
      compose_start: beginningOf(truth),
      source_ready: truth.sourceReadyTime,
      first_playable: truth.firstPlayableTime,
      transcoded: truth.transcodedTime,
      rendition_jobs: truth.renditions.map((one) => one.jobId),
      rendition_statuses: truth.renditions.map((one) => one.status),
    };
    for (const [field, value] of Object.entries(expected))
      add(found, `ClickHouse video ${truth.videoId}`, field, value, row?.[field as keyof VideoRow]);
  }
  const sessions = new Map(
    (
      await rows<SessionRow>(`SELECT session_id, status, ${ms('start_time')} AS start, ${ms('end_time')} AS end, segments.video_id AS segment_ids,
        arrayMap((at) -> ${ms('at')}, gaps.start_time) AS gap_starts, arrayMap((at) -> ${ms('at')}, gaps.end_time) AS gap_ends,
        composed.video_id AS composed_ids FROM session_state FINAL WHERE status != 'MERGED'`)
    ).map((row) => [row.session_id, row]),
  );
  for (const truth of ledger.sessions) {
    const row = sessions.get(truth.sessionId);
    const expected = {
      status: truth.status,
      start: truth.startTime,
      end: truth.endTime,
      segment_ids: truth.segments.map((segment) => segment.videoId),
      gap_starts: truth.gaps.map((gap) => gap.startTime),
      gap_ends: truth.gaps.map((gap) => gap.endTime),
      composed_ids: truth.composed.map((video) => video.videoId),
    };
    for (const [field, value] of Object.entries(expected))
      add(found, `ClickHouse session ${truth.sessionId}`, field, value, row?.[field as keyof SessionRow]);
  }
  add(found, 'ClickHouse', 'videos', ledger.videos.length, videos.size);
  add(found, 'ClickHouse', 'sessions', ledger.sessions.length, sessions.size);
  const [counts] = await rows<{ records: number; distinct_events: number }>(
    `SELECT count() AS records, uniqExactIf(event_id, source = 'http') AS distinct_events FROM callbacks FINAL`,
  );
  add(found, 'ClickHouse', 'callbacks', callbackRecords, counts?.records);
  add(found, 'ClickHouse', 'distinct events', ledger.totals.distinct, counts?.distinct_events);
  return found;
}
