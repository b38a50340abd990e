/** Why a body that can be read can't be used. */
export type UnusableCode =
  /** A number that no state can hold. */
  | 'out-of-range'
  /** An id or a name that would break keys and logs. */
  | 'control-character'
  /** A domain that can't be a host, an app with a slash. */
  | 'impossible-name';

/** Thrown by the readers of fields, caught by the parser: the whole body is set aside, not a part of it dropped in silence. */
export class Unusable extends Error {
  override readonly name = 'Unusable';
  readonly code: UnusableCode;

  constructor(code: UnusableCode, message: string) {
    super(message);
    this.code = code;
  }
}
