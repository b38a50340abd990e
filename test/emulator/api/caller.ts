import { randomUUID } from 'node:crypto';
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
