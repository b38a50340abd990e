import PopCore from '@alicloud/pop-core';
import type { z } from 'zod';
import type { Clock } from '../../platform/host/index.ts';
import type { Credentials, CredentialsProvider } from './credentials.ts';
import { CloudFault, type Effect, type FaultKind, judgeAnswer, judgeSilence } from './fault.ts';
import { plain, presentParams, type RpcParams } from './plain.ts';
import { type OddRow, oddRowsIn } from './rows.ts';

export type RpcOptions = {
  /** Base URL, `https://vod.cn-shanghai.aliyuncs.com` say. */
  readonly endpoint: string;
  /** `2017-03-21` for VOD, `2016-11-01` for Live. */
  readonly apiVersion: string;
  readonly credentials: CredentialsProvider;
  /** For connecting and again for the answer, milliseconds. After it the call is ambiguous. */
  readonly timeoutMs: number;
  readonly onCall?: CallObserver;
  readonly onOddRows?: OddRowsObserver;
  /** Times the calls. */
  readonly clock: Pick<Clock, 'monotonicMs'>;
};

/** `result` is `ok` or the kind of the fault. */
export type CallObserver = (action: string, result: 'ok' | FaultKind, seconds: number) => void;

/** Rows of an answer that could not be read; the others were. */
export type OddRowsObserver = (action: string, odd: readonly OddRow[]) => void;

/** One product's RPC API. */
export type Rpc = {
  /**
   * Signs and sends one attempt and reads its answer; every call is signed anew. Never repeats by itself.
   * @throws CloudFault and nothing else.
   */
  call<T>(action: string, effect: Effect, params: RpcParams, answer: z.ZodType<T>): Promise<T>;
  /** Closes the connections, once the calls under way have ended. */
  close(): void;
};

/** What the SDK does at run time; its own types lack the credentials provider and the verbose answer. */
type PopClient = {
  request(action: string, params: object, options: object): Promise<[unknown, { response: { statusCode: number } }]>;
  keepAliveAgent: { destroy(): void };
};
type PopClientClass = new (
  config: { endpoint: string; apiVersion: string; credentialsProvider: CredentialsProvider },
  verbose: true,
) => PopClient;

/** The RPC client of the SDK without its traps (cloud facts 5). */
export function rpcClient(options: RpcOptions): Rpc {
  // What must not show in an error: the cloud quotes credentials in some messages. The latest few, for rotation.
  let secrets: readonly string[] = [];
  const credentialsProvider: CredentialsProvider = {
    async getCredentials() {
      const credentials = await options.credentials.getCredentials().catch((cause: unknown) => {
        throw new NoCredentials('no credentials', { cause });
      });
      secrets = [...new Set([...secretsOf(credentials), ...secrets])].slice(0, 12);
      return credentials;
    },
  };
  const client = new (PopCore as unknown as PopClientClass)(
    { endpoint: options.endpoint, apiVersion: options.apiVersion, credentialsProvider },
    true,
  );

  let underWay = 0;
  let closing = false;
  // The agent closes connections in use as well, which would leave their calls without an answer.
  const closeIfIdle = () => {
    if (closing && underWay === 0) client.keepAliveAgent.destroy();
  };

  async function request(action: string, effect: Effect, params: RpcParams): Promise<unknown> {
    try {
      // POST in capitals, or the SDK puts parameters and the security token into the URL and into error messages.
      const [body, entry] = await client.request(action, presentParams(params), {
        method: 'POST',
        timeout: options.timeoutMs,
      });
      const { statusCode } = entry.response;
      // The SDK goes by the body's Code alone and lets an error status pass.
      if (statusCode >= 400) throw answered(action, effect, `Http${statusCode}`, statusCode, 'no error code', null);
      return plain(body);
    } catch (error) {
      if (error instanceof CloudFault) throw error;
      throw faultOf(action, effect, error, secrets);
    }
  }

  return {
    async call(action, effect, params, answer) {
      const startedAtMs = options.clock.monotonicMs();
      underWay += 1;
      const observe = (result: 'ok' | FaultKind) =>
        options.onCall?.(action, result, (options.clock.monotonicMs() - startedAtMs) / 1000);
      try {
        const read = readable(action, effect, await request(action, effect, params), answer);
        observe('ok');
        const odd = oddRowsIn(read);
        if (odd.length > 0) options.onOddRows?.(action, odd);
        return read;
      } catch (fault) {
        if (fault instanceof CloudFault) observe(fault.kind);
        throw fault;
      } finally {
        underWay -= 1;
        closeIfIdle();
      }
    },
    close() {
      closing = true;
      closeIfIdle();
    },
  };
}

function readable<T>(action: string, effect: Effect, body: unknown, answer: z.ZodType<T>): T {
  const read = answer.safeParse(body);
  if (read.success) return read.data;
  throw new CloudFault({
    kind: effect === 'change' ? 'ambiguous' : 'terminal',
    code: 'UnreadableAnswer',
    action,
    message: `the answer isn't as documented at ${read.error.issues[0]?.path.join('.') || 'its root'}`,
  });
}

class NoCredentials extends Error {}

/** Errors come as Error with the cloud's code, Error with Node's code, Error without code, or a plain object. */
function faultOf(action: string, effect: Effect, error: unknown, secrets: readonly string[]): CloudFault {
  if (error instanceof NoCredentials) {
    const why = error.cause instanceof Error ? error.cause.name : 'an unknown error';
    const message = `the credentials provider failed with ${why}; check the access key settings or the instance role`;
    return new CloudFault({ kind: 'retryable', accountWide: true, code: 'CredentialsUnavailable', action, message });
  }
  const seen = (typeof error === 'object' && error !== null ? error : {}) as {
    name?: unknown;
    code?: unknown;
    data?: { Message?: unknown; RequestId?: unknown };
    entry?: { response?: { statusCode?: number } };
  };
  if (seen.data !== undefined) {
    const message = withoutSecrets(String(seen.data.Message ?? 'no message'), secrets);
    const requestId = typeof seen.data.RequestId === 'string' ? seen.data.RequestId : null;
    return answered(action, effect, String(seen.code), seen.entry?.response?.statusCode ?? 0, message, requestId);
  }
  const code = typeof seen.code === 'string' ? seen.code : null;
  const ours = seen.name === 'RequestTimeoutError' ? 'RequestTimeout' : seen.name === 'SyntaxError' ? 'NotJson' : null;
  return new CloudFault({
    ...judgeSilence(effect, code),
    code: ours ?? code ?? 'NoAnswer',
    action,
    message:
      ours === 'NotJson' ? 'the answer is not JSON; is the endpoint right, is a proxy in between?' : 'no answer came',
  });
}

function answered(
  action: string,
  effect: Effect,
  code: string,
  httpStatus: number,
  message: string,
  requestId: string | null,
): CloudFault {
  return new CloudFault({ ...judgeAnswer(effect, code, httpStatus), code, action, message, requestId });
}

function secretsOf(credentials: Credentials): readonly string[] {
  const raw = [credentials.accessKeySecret, credentials.securityToken, credentials.accessKeyId];
  return raw.flatMap((secret) => (secret ? [secret, encodeURIComponent(secret)] : []));
}

const longestMessage = 300;

/** A refused signature is answered with the whole string to sign, access key and security token included. */
function withoutSecrets(message: string, secrets: readonly string[]): string {
  const short = message.replace(/string to sign.*/is, 'string to sign ...');
  return secrets.reduce((text, secret) => text.replaceAll(secret, '***'), short).slice(0, longestMessage);
}
