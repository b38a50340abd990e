import { Fault } from '../../platform/faults.ts';

/** What went wrong with the schema registry or a value of its. Never holds a value or a credential. Retryable: it is away. */
export class RegistryFault extends Fault {
  override readonly name = 'RegistryFault';

  constructor(code: string, message: string, options: { cause?: unknown; retryable?: boolean } = {}) {
    super(message, { code, ...options });
  }
}
