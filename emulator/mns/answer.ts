import { XMLBuilder } from 'fast-xml-parser';
import type { FastifyReply } from 'fastify';

const builder = new XMLBuilder({ ignoreAttributes: false });

/** An MNS error: its code, its HTTP status, and what is wrong. */
export class MnsError extends Error {
  readonly code: string;
  readonly httpStatus: number;

  constructor(code: string, httpStatus: number, message: string) {
    super(message);
    this.name = 'MnsError';
    this.code = code;
    this.httpStatus = httpStatus;
  }
}

export const mnsError = {
  noQueue: () => new MnsError('QueueNotExist', 404, 'The queue name you provided is not exist.'),
  queueExists: () => new MnsError('QueueAlreadyExist', 409, 'The queue name you provided is already exist.'),
  noMessage: () => new MnsError('MessageNotExist', 404, 'Message not exist.'),
  badHandle: () => new MnsError('ReceiptHandleError', 400, 'The receipt handle you provided is not valid.'),
  invalid: (what: string) => new MnsError('InvalidArgument', 400, `The argument ${what} is not valid.`),
  tooLarge: () => new MnsError('InvalidArgument', 400, 'The message is larger than the queue accepts.'),
  denied: () => new MnsError('AccessDenied', 403, 'The OwnerId that your Access Key Id associated to is forbidden.'),
  unknownKey: () => new MnsError('InvalidAccessKeyId', 403, 'The access key id you provided is not exist.'),
  badSignature: () => new MnsError('SignatureDoesNotMatch', 403, 'The request signature we calculated does not match.'),
  expired: () => new MnsError('TimeExpired', 408, 'The http request you sent is expired.'),
} as const;

/** Sends an element of the MNS name space. Lists repeat their element. */
export function sendXml(reply: FastifyReply, status: number, element: string, content: object): FastifyReply {
  const xml = builder.build({ [element]: { '@_xmlns': 'http://mns.aliyuncs.com/doc/v1/', ...content } });
  return reply.code(status).type('text/xml;charset=utf-8').send(`<?xml version="1.0" encoding="UTF-8"?>${xml}`);
}

export function sendError(reply: FastifyReply, error: MnsError): FastifyReply {
  const { code: Code, message: Message } = error;
  const RequestId = String(reply.getHeader('x-mns-request-id'));
  return sendXml(reply, error.httpStatus, 'Error', { Code, Message, RequestId, HostId: reply.request.host });
}
