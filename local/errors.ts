import { Fault } from '../platform/faults.ts';

export type StackErrorCode =
  | 'PORT_TAKEN'
  | 'HOME_IN_USE'
  | 'HOME_UNUSABLE'
  | 'JAVA_MISSING'
  | 'JARS_FAILED'
  | 'START_FAILED'
  | 'START_TIMEOUT'
  | 'FOLDER_IN_USE'
  | 'FOLDER_UNUSABLE'
  | 'KEY_UNUSABLE'
  | 'PORT_IN_USE'
  | 'ROLE_DIED';

/** A reason why the embedded stack can't start. The message is one line and says what to do. */
export class StackError extends Fault<StackErrorCode> {
  override readonly name = 'StackError';

  constructor(code: StackErrorCode, message: string, options: { cause?: unknown; retryable?: boolean } = {}) {
    super(message, { code, ...options });
  }
}
