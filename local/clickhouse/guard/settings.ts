/** Settings that a request, a statement or a table may set. Every other one is refused: the engine has 1,700. */
const allowed: readonly RegExp[] = [
  /^(?:in|out)put_format_(?:json|csv|tsv|null|import_nested|allow_errors|skip_unknown_fields|with_names|with_types|parallel|defaults_for_omitted)\w*$/,
  /^output_format_(?:pretty|decimal|write_statistics|native|arrow|parquet)\w*$/,
  /^format_csv_delimiter$/,
  /^date_time_(?:in|out)put_format$/,
  /^max_(?:threads|insert_threads|block_size|insert_block_size\w*|partitions_per_insert_block|final_threads)$/,
  /^(?:min_insert_block_size|max_rows|max_bytes)_\w+$/,
  /^(?:read|group_by|sort|result|set|join|transfer|distinct|timeout)_overflow_mode\w*$/,
  /^(?:join_use_nulls|join_algorithm|final|extremes|prefer_column_name_to_alias|do_not_merge_across_partitions_select_final)$/,
  /^(?:optimize_\w+|enable_optimize_predicate_expression|group_by_use_nulls|aggregate_functions_null_for_empty)$/,
  /^(?:insert_deduplicate|insert_deduplication_token|insert_null_as_default|async_insert|wait_for_async_insert)$/,
  /^(?:mutations_sync|alter_sync|lightweight_deletes_sync|select_sequential_consistency|use_uncompressed_cache)$/,
  /^(?:log_comment|log_queries|session_timezone|readonly|cast_keep_nullable|any_join_distinct_right_table_keys)$/,
];

/** Of tables. */
const allowedOfTables: readonly RegExp[] = [
  /^index_granularity\w*$/,
  /^(?:min|max)_(?:bytes|rows)_for_wide_part$/,
  /^(?:ttl_only_drop_parts|deduplicate_merge_projection_mode|allow_nullable_key|non_replicated_deduplication_window)$/,
  /^(?:merge_with_ttl_timeout|parts_to_delay_insert|parts_to_throw_insert|max_parts_in_total|min_age_to_force_merge_\w+)$/,
];

/** The most that a reader may ask for, by setting; zero would mean no limit. */
export type ReaderLimits = {
  readonly seconds: number;
  readonly resultBytes: number;
  readonly memoryBytes: number;
};

export const limitSettings = ({
  seconds,
  resultBytes,
  memoryBytes,
}: ReaderLimits): Readonly<Record<string, number>> => ({
  max_execution_time: seconds,
  max_result_bytes: resultBytes,
  max_memory_usage: memoryBytes,
});

/**
 * Why a setting isn't taken, null where it is.
 * @param value as text; null where it isn't a plain number or string
 */
export function settingProblem(name: string, value: string | null, limits: ReaderLimits): string | null {
  const most = limitSettings(limits)[name];
  if (most !== undefined) {
    const number = value === null ? Number.NaN : Number(value);
    return number > 0 && number <= most ? null : `Setting ${name} is accepted from 1 to ${most} here`;
  }
  if (allowed.some((pattern) => pattern.test(name)) || allowedOfTables.some((pattern) => pattern.test(name)))
    return null;
  return `Setting ${name.slice(0, 100)} can't be changed in the embedded ClickHouse`;
}
