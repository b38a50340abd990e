/** The errors that the console's API answers with: `{ code, message }` and the status. */
export class ApiFault extends Error {
  readonly code: string;
  readonly status: number;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'ApiFault';
    this.status = status;
    this.code = code;
  }
}

export const notFound = (what: string) => new ApiFault(404, 'NOT_FOUND', `${what} is not known`);
export const badRequest = (message: string) => new ApiFault(400, 'BAD_REQUEST', message);
