export type FaultOptions<Code extends string = string> = {
  readonly code: Code;
  /** Default false. */
  readonly retryable?: boolean;
  /** Default false. */
  readonly denied?: boolean;
  readonly cause?: unknown;
};

/**
 * What every fault of this project says of itself, whichever system it comes from. The message names what is at fault
 * and what to do about it, never a secret or a payload.
 */
export class Fault<Code extends string = string> extends Error {
  override readonly name: string = 'Fault';
  readonly code: Code;
  /** The same call may succeed later without anybody changing anything. */
  readonly retryable: boolean;
  /** The other side refused our identity or our rights: waiting doesn't help, a person must change the settings. */
  readonly denied: boolean;

  constructor(message: string, { code, retryable = false, denied = false, cause }: FaultOptions<Code>) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.retryable = retryable;
    this.denied = denied;
  }
}

export const isRetryable = (error: unknown): error is Fault => error instanceof Fault && error.retryable;

export const isDenied = (error: unknown): error is Fault => error instanceof Fault && error.denied;
