import { Fault } from '../../platform/faults.ts';

/** The errors that the console's API answers with: `{ code, message }` and the status. */
export class ApiFault extends Error {
  readonly code: string;
  readonly status: number;
  /** When asking again may help. */
  readonly retryAfterSeconds: number | null;

  constructor(status: number, code: string, message: string, retryAfterSeconds: number | null = null) {
    super(message);
    this.name = 'ApiFault';
    this.status = status;
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export const notFound = (what: string) => new ApiFault(404, 'NOT_FOUND', `${what} is not known`);
export const badRequest = (message: string) => new ApiFault(400, 'BAD_REQUEST', message);

/** The local view can't go on from where it is: it is built again at the next start. */
export class ViewFault extends Fault<'VIEW_OUTDATED'> {
  override readonly name = 'ViewFault';

  constructor(message: string) {
    super(message, { code: 'VIEW_OUTDATED', retryable: true });
  }
}
