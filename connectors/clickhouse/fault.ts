import { Fault } from '../../platform/faults.ts';

/** What went wrong at ClickHouse. Never holds a row or a secret. Its codes are ours (`FOLDER_IN_USE`, `MIGRATION_CHANGED`, …). */
export class ClickhouseFault extends Fault {
  override readonly name = 'ClickhouseFault';

  constructor(code: string, message: string, options: { retryable?: boolean; denied?: boolean; cause?: unknown } = {}) {
    super(message, { code, ...options });
  }
}
