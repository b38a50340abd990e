/** An error as the cloud answers it. */
export class ApiFault extends Error {
  readonly code: string;
  readonly httpStatus: number;

  constructor(code: string, httpStatus: number, message: string) {
    super(message);
    this.name = 'ApiFault';
    this.code = code;
    this.httpStatus = httpStatus;
  }
}

/** The catalogue: codes and statuses of cloud facts 3 and 5. `param` is the parameter at fault. */
export const fault = {
  missingParameter: (param: string) =>
    new ApiFault(
      'MissingParameter',
      400,
      `The input parameter "${param}" that is mandatory for processing this request is not supplied.`,
    ),
  invalidParameter: (param: string) =>
    new ApiFault('InvalidParameter', 400, `The specified parameter "${param}" is not valid.`),
  unknownAction: () =>
    new ApiFault('InvalidAction.NotFound', 404, 'Specified api is not found, please check your url and method.'),
  unknownVersion: () => new ApiFault('InvalidVersion', 400, 'Specified parameter Version is not valid.'),
  missingAccessKey: () => new ApiFault('MissingAccessKeyId', 400, 'AccessKeyId is mandatory for this action.'),
  unknownAccessKey: () => new ApiFault('InvalidAccessKeyId.NotFound', 404, 'Specified access key is not found.'),
  missingSecurityToken: () => new ApiFault('MissingSecurityToken', 400, 'SecurityToken is mandatory for this action.'),
  wrongSecurityToken: () =>
    new ApiFault(
      'InvalidSecurityToken.MismatchWithAccessKey',
      400,
      'Specified SecurityToken mismatches with the AccessKey.',
    ),
  expiredSecurityToken: () => new ApiFault('InvalidSecurityToken.Expired', 400, 'Specified SecurityToken is expired.'),
  wrongSignature: (stringToSign: string) =>
    new ApiFault(
      'SignatureDoesNotMatch',
      400,
      `Specified signature is not matched with our calculation. server string to sign is:${stringToSign}`,
    ),
  unsupportedSignature: (param: string) =>
    new ApiFault(`Invalid${param}`, 400, `Specified parameter ${param} is not valid.`),
  incompleteSignature: () =>
    new ApiFault('IncompleteSignature', 400, 'The request signature does not conform to Aliyun standards.'),
  usedNonce: () => new ApiFault('SignatureNonceUsed', 400, 'Specified signature nonce was used already.'),
  badTimestamp: () =>
    new ApiFault('InvalidTimeStamp.Format', 400, 'Specified time stamp or date value is not well formatted.'),
  oldTimestamp: () => new ApiFault('InvalidTimeStamp.Expired', 400, 'Specified time stamp or date value is expired.'),
  throttled: () => new ApiFault('Throttling.User', 400, 'Request was denied due to user flow control.'),
  internal: () => new ApiFault('InternalError', 500, 'The request processing has failed due to some unknown error.'),
  unavailable: () =>
    new ApiFault('ServiceUnAvailable', 503, 'The request has failed due to a temporary failure of the server.'),
  unknownVideo: () => new ApiFault('InvalidVideo.NotFound', 404, 'The video does not exist.'),
  noStream: () => new ApiFault('InvalidVideo.NoneStream', 404, 'The video has no playable stream.'),
  noSuchResource: (what: string) =>
    new ApiFault('NoSuchResource', 404, `The specified resource "${what}" does not exist.`),
  illegalStatus: (status: string, httpStatus = 400) =>
    new ApiFault('Forbidden.IllegalStatus', httpStatus, `Status of the video is illegal: ${status}.`),
} as const;
