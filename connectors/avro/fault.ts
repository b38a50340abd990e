/** What went wrong with the schema registry or a value of its. Never holds a value or a credential. */
export class RegistryFault extends Error {
  readonly code: string;
  /** True where the same call may succeed later (registry away). */
  readonly retryable: boolean;

  constructor(code: string, message: string, options: { cause?: unknown; retryable?: boolean } = {}) {
    super(message, { cause: options.cause });
    this.name = 'RegistryFault';
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}
