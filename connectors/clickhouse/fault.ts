/** What went wrong at ClickHouse. Never holds a row or a secret. */
export class ClickhouseFault extends Error {
  override readonly name = 'ClickhouseFault';
  /** Ours (`FOLDER_IN_USE`, `MIGRATION_CHANGED`, …). */
  readonly code: string;
  /** The same call may succeed later. */
  readonly retryable: boolean;
  /** ClickHouse doesn't know us or doesn't let us: from the start that is a wrong setting. */
  readonly denied: boolean;

  constructor(code: string, message: string, options: { retryable?: boolean; denied?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.denied = options.denied ?? false;
  }
}
