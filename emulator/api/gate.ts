import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { RpcCall } from './call.ts';
import { fault } from './errors.ts';
import type { Params } from './params.ts';

/** A key that may call the API. With a `securityToken` it is a temporary one (STS) and calls must carry the token. */
export type AccessKey = {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
  /** Epoch ms from which the token is refused as expired. */
  readonly expiresAtMs?: number;
};

const toleranceMs = 15 * 60 * 1000;

/**
 * Lets a signed request through or throws the cloud's own error: unknown key, token, timestamp more than 15 minutes
 * off, wrong signature (version 1 or 3), nonce seen before. A nonce counts as used only by a request whose signature was right.
 */
export function createGate(clock: Clock, keys: () => readonly AccessKey[]) {
  const nonces = new Map<string, number>();
  return (call: RpcCall): AccessKey => {
    const required = (name: string) => call.params[name] || refuse(call.sentAs(name));
    const key = keyFor(call.params, keys(), clock.now());
    const timestampMs = timestamp(required('Timestamp'));
    if (Math.abs(clock.now() - timestampMs) > toleranceMs) throw fault.oldTimestamp();
    const nonce = required('SignatureNonce');
    const signing = call.signing();
    const expected = Buffer.from(signing.sign(key.accessKeySecret));
    const given = Buffer.from(signing.given);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw fault.wrongSignature(signing.stringToSign());
    }
    for (const [old, usedMs] of nonces) {
      if (clock.now() - usedMs <= 2 * toleranceMs) break;
      nonces.delete(old);
    }
    if (nonces.has(nonce)) throw fault.usedNonce();
    nonces.set(nonce, clock.now());
    return key;
  };
}

function refuse(name: string): never {
  throw fault.missingParameter(name);
}

function keyFor(params: Params, keys: readonly AccessKey[], nowMs: number): AccessKey {
  const id = params.AccessKeyId;
  if (!id) throw fault.missingAccessKey();
  const key = keys.find((candidate) => candidate.accessKeyId === id);
  if (!key) throw fault.unknownAccessKey();
  const token = params.SecurityToken;
  if (key.securityToken && !token) throw fault.missingSecurityToken();
  if ((token ?? '') !== (key.securityToken ?? '')) throw fault.wrongSecurityToken();
  if (key.expiresAtMs !== undefined && nowMs >= key.expiresAtMs) throw fault.expiredSecurityToken();
  return key;
}

function timestamp(text: string): number {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text)) throw fault.badTimestamp();
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw fault.badTimestamp();
  return ms;
}
