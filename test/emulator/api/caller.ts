import { createHash, randomUUID } from 'node:crypto';
import { acs3Signature } from '../../../emulator/api/acs3.ts';
import { rpcSignature } from '../../../emulator/index.ts';

export type Answer = { readonly status: number; readonly body: Record<string, unknown> };

/** Calls an operation with a signed POST. `overrides` replace any parameter; an empty one removes it. */
export async function call(
  url: string,
  action: string,
  params: Readonly<Record<string, string>> = {},
  { secret = 'emulator-secret', method = 'POST' }: { secret?: string; method?: 'POST' | 'GET' } = {},
): Promise<Answer> {
  const all: Record<string, string> = {
    Action: action,
    Version: '2017-03-21',
    Format: 'JSON',
    AccessKeyId: 'emulator',
    SignatureMethod: 'HMAC-SHA1',
    SignatureVersion: '1.0',
    SignatureNonce: randomUUID(),
    Timestamp: `${new Date().toISOString().slice(0, 19)}Z`,
    ...params,
  };
  const form = new URLSearchParams({ Signature: rpcSignature(method, all, secret), ...all });
  const response =
    method === 'POST' ? await fetch(url, { method, body: form }) : await fetch(`${url}/?${form}`, { method });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/**
 * The same with signature version 3: parameters in the query, or in the body as a form. `headers` replace any header,
 * an empty one removes it; they are signed unless `unsigned` names them.
 */
export async function callVersion3(
  url: string,
  action: string,
  params: Readonly<Record<string, string>> = {},
  options: {
    readonly secret?: string;
    readonly accessKeyId?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly unsigned?: string;
    readonly form?: boolean;
  } = {},
): Promise<Answer> {
  const { secret = 'emulator-secret', accessKeyId = 'emulator', form = false } = options;
  const body = form ? new URLSearchParams(params).toString() : '';
  const all: Record<string, string> = {
    'x-acs-action': action,
    'x-acs-version': '2017-03-21',
    'x-acs-date': `${new Date().toISOString().slice(0, 19)}Z`,
    'x-acs-signature-nonce': randomUUID(),
    'x-acs-content-sha256': createHash('sha256').update(body).digest('hex'),
    ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
    ...options.headers,
  };
  const headers = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
  const signed = { ...headers, host: new URL(url).host };
  const signedHeaders = Object.keys(signed).filter((name) => name !== options.unsigned);
  const query = form ? {} : params;
  const signature = acs3Signature({ method: 'POST', path: '/', query, headers: signed, body, signedHeaders }, secret);
  const names = signedHeaders.join(';');
  const response = await fetch(`${url}/?${new URLSearchParams(query)}`, {
    method: 'POST',
    headers: {
      ...headers,
      authorization: `ACS3-HMAC-SHA256 Credential=${accessKeyId},SignedHeaders=${names},Signature=${signature}`,
    },
    ...(form ? { body } : {}),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
