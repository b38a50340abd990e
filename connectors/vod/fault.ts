import { Fault } from '../../platform/faults.ts';

/**
 * What a call to the cloud can end in, apart from success. The kinds are what a caller must choose by:
 * - `retryable`: the cloud did nothing; the same call may succeed later (network down, credentials expired).
 * - `throttled`: the account's rate was exceeded; the cloud did nothing; slow down.
 * - `lagging`: the video isn't in the status that the call needs, often only *yet* (cloud facts 3.2, 6).
 * - `already-submitted`: this SessionId was used within seven days; the job exists (cloud facts 3.1).
 * - `ambiguous`: the cloud may or may not have done it (time-out, connection lost, 5xx). Ask before repeating.
 * - `terminal`: repeating the same call can't help.
 */
export type FaultKind = 'retryable' | 'throttled' | 'lagging' | 'already-submitted' | 'ambiguous' | 'terminal';

/** Whether an action changes something at the cloud. After a lost answer, a `read` may simply be repeated. */
export type Effect = 'read' | 'change';

/**
 * A call that failed. Message and fields hold no secret and no request parameter, and the SDK's own error is not
 * attached: it may carry the signed request. `code` is the cloud's, Node's network code, or one of ours: `RequestTimeout`,
 * `NotJson`, `UnreadableAnswer`, `CredentialsUnavailable`, `UnknownRegion`, `Http<status>`. Retryable: repeating is safe and may
 * help.
 */
export class CloudFault extends Fault {
  override readonly name = 'CloudFault';
  readonly kind: FaultKind;
  readonly action: string;
  /** What the cloud said, without secrets. */
  readonly detail: string;
  readonly requestId: string | null;
  /** The account or its credentials are at fault, not this call: every other call fails the same way. */
  readonly accountWide: boolean;

  constructor(fault: {
    kind: FaultKind;
    code: string;
    action: string;
    message: string;
    requestId?: string | null;
    accountWide?: boolean;
  }) {
    super(`${fault.action}: ${fault.code}: ${fault.message} (${advice[fault.kind]})`, {
      code: fault.code,
      retryable: fault.kind === 'retryable' || fault.kind === 'throttled' || fault.kind === 'lagging',
    });
    this.kind = fault.kind;
    this.action = fault.action;
    this.detail = fault.message;
    this.requestId = fault.requestId ?? null;
    this.accountWide = fault.accountWide ?? false;
  }
}

const advice: Readonly<Record<FaultKind, string>> = {
  retryable: 'nothing was done; try again later',
  throttled: 'nothing was done; call less often',
  lagging: 'the video has another status; try again a little later',
  'already-submitted': 'look the job up, it exists',
  ambiguous: 'it may have been done; look before repeating',
  terminal: 'repeating will not help',
};

/** Errors of the account: opening the service, paying, granting or renewing credentials ends them. */
const accountCode =
  /^(InvalidAccessKeyId|SignatureDoesNotMatch|IncompleteSignature|InvalidTimeStamp|InvalidSecurityToken|MissingSecurityToken|NoPermission|OperationDenied|Forbidden\.RAM|Forbidden$)/;

/** Node error codes of a request that never left: the connection wasn't established. */
const neverSent =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EMFILE|ENFILE|ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

export type Verdict = { readonly kind: FaultKind; readonly accountWide: boolean };

/**
 * Judges an error that the cloud answered. The code of a repeated SessionId is not documented, so that any code that
 * speaks of it counts; a caller that gets `terminal` for a submission looks for the job before it gives up (cloud facts 3.1).
 */
export function judgeAnswer(effect: Effect, code: string, httpStatus: number): Verdict {
  if (/^Throttling(\.|$)|QpsLimit/i.test(code) || httpStatus === 429) return plainly('throttled');
  if (/(^|\.)IllegalStatus$/.test(code)) return plainly('lagging');
  if (accountCode.test(code)) return { kind: 'retryable', accountWide: true };
  // A nonce is used for one attempt only; a used one means that a proxy on the way sent the request twice.
  if (code === 'SignatureNonceUsed' || httpStatus >= 500 || httpStatus === 408 || serverCode.test(code)) {
    return plainly(effect === 'change' ? 'ambiguous' : 'retryable');
  }
  if (/session|repeat|duplicat|already/i.test(code)) return plainly('already-submitted');
  return plainly('terminal');
}

const serverCode = /^(InternalError|ServiceUnavailable|SystemError)(\.|$)/i;

/** Judges a call without a usable answer. `code` is Node's, or null where there is none. */
export function judgeSilence(effect: Effect, code: string | null): Verdict {
  if (code !== null && neverSent.test(code)) return plainly('retryable');
  return plainly(effect === 'change' ? 'ambiguous' : 'retryable');
}

function plainly(kind: FaultKind): Verdict {
  return { kind, accountWide: false };
}

/** A `CloudFault` as an answer, for callers that choose by it. */
export type FaultAnswer = {
  readonly kind: FaultKind;
  readonly code: string;
  readonly message: string;
  readonly accountWide: boolean;
};
