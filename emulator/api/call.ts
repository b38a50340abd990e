import type { FastifyRequest } from 'fastify';
import {
  type Acs3Request,
  acs3,
  acs3Authorization,
  acs3Signature,
  acs3StringToSign,
  type Headers,
  sha256,
} from './acs3.ts';
import { fault } from './errors.ts';
import { isRecord, type Params } from './params.ts';
import { rpcSignature, rpcStringToSign } from './signature.ts';

/** How a call is signed. */
export type Signing = {
  readonly given: string;
  sign(secret: string): string;
  stringToSign(): string;
};

/** A call as the gate and the operations read it, whichever signature it bears. */
export type RpcCall = {
  /** Everything that was sent, by the names of signature version 1: also what version 3 puts into headers. */
  readonly params: Params;
  /** The name under which a parameter was to be sent. */
  sentAs(name: string): string;
  /** @throws ApiFault where the call isn't signed as it should be, or in no way that is known */
  signing(): Signing;
};

/** Which header of version 3 carries what a parameter of version 1 does. */
const headerOf: Readonly<Record<string, string>> = {
  Action: 'x-acs-action',
  Version: 'x-acs-version',
  Timestamp: 'x-acs-date',
  SignatureNonce: 'x-acs-signature-nonce',
  SecurityToken: 'x-acs-security-token',
};

/** What version 3 must sign, beside whatever other `x-acs-` header is there. */
const mustBeSigned = [
  'host',
  'x-acs-content-sha256',
  ...['Action', 'Version', 'Timestamp', 'SignatureNonce'].flatMap((name) => headerOf[name] ?? []),
];

export function rpcCallOf(request: FastifyRequest): RpcCall {
  const body = typeof request.body === 'string' ? request.body : '';
  const query = texts(request.query);
  const params = { ...query, ...Object.fromEntries(new URLSearchParams(body)) };
  const headers = single(request.headers);
  const { method } = request;
  // Older clients send some of the headers too, and sign by parameters.
  const isVersion1 = headers['x-acs-action'] === undefined || params.Signature !== undefined;
  if (isVersion1 && !headers.authorization?.startsWith(acs3)) {
    return { params, sentAs: (name) => name, signing: () => version1(method, params) };
  }
  const path = request.url.split('?')[0] ?? '/';
  return version3({ method, path, query, headers, body }, params);
}

function version1(method: string, params: Params): Signing {
  const required = (name: string) => params[name] || missing(name);
  if (required('SignatureMethod').toUpperCase() !== 'HMAC-SHA1') throw fault.unsupportedSignature('SignatureMethod');
  if (required('SignatureVersion') !== '1.0') throw fault.unsupportedSignature('SignatureVersion');
  return {
    given: required('Signature'),
    sign: (secret) => rpcSignature(method, params, secret),
    stringToSign: () => rpcStringToSign(method, params),
  };
}

function version3(request: Omit<Acs3Request, 'signedHeaders'>, sent: Params): RpcCall {
  const { headers } = request;
  const authorization = acs3Authorization(headers.authorization ?? '');
  const told = Object.entries(headerOf).map(([name, header]) => [name, headers[header]]);
  const format = /xml/.test(headers.accept ?? '') ? 'XML' : 'JSON';
  return {
    params: { Format: format, ...sent, ...Object.fromEntries(told), AccessKeyId: authorization?.accessKeyId },
    sentAs: (name) => headerOf[name] ?? name,
    signing: () => {
      if (authorization === null) throw fault.incompleteSignature();
      const { signedHeaders, signature } = authorization;
      const own = Object.keys(headers).filter((name) => name.startsWith('x-acs-'));
      if (![...mustBeSigned, ...own].every((name) => signedHeaders.includes(name))) throw fault.incompleteSignature();
      const signed = { ...request, signedHeaders };
      if (headers['x-acs-content-sha256'] !== sha256(request.body))
        throw fault.wrongSignature(acs3StringToSign(signed));
      return {
        given: signature,
        sign: (secret) => acs3Signature(signed, secret),
        stringToSign: () => acs3StringToSign(signed),
      };
    },
  };
}

function missing(name: string): never {
  throw fault.missingParameter(name);
}

function single(headers: FastifyRequest['headers']): Headers {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]),
  );
}

function texts(source: unknown): Record<string, string> {
  if (!isRecord(source)) return {};
  return Object.fromEntries(
    Object.entries(source).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}
