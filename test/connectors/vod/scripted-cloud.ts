import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as the cloud sees it. */
export type ReceivedCall = {
  readonly method: string;
  readonly path: string;
  /** The form's fields. */
  readonly params: Readonly<Partial<Record<string, string>>>;
};

/** What to answer. `hang` never answers, `cut` closes the connection. */
export type Reply =
  | { readonly status: number; readonly body: unknown }
  | { readonly status: number; readonly text: string }
  | 'hang'
  | 'cut';

export type ScriptedCloud = {
  readonly url: string;
  readonly calls: readonly ReceivedCall[];
  close(): Promise<void>;
};

/** A server on localhost that answers every RPC call as the script says. */
export async function scriptedCloud(script: (call: ReceivedCall) => Reply): Promise<ScriptedCloud> {
  const calls: ReceivedCall[] = [];
  const server = createServer((request, response) => void answer(request, response));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let form = '';
    for await (const chunk of request) form += String(chunk);
    const call = {
      method: request.method ?? '',
      path: request.url ?? '',
      params: Object.fromEntries(new URLSearchParams(form)),
    };
    calls.push(call);
    const reply = script(call);
    if (reply === 'hang') return;
    if (reply === 'cut') {
      request.socket.destroy();
      return;
    }
    response.writeHead(reply.status, { 'content-type': 'application/json' });
    response.end('text' in reply ? reply.text : JSON.stringify(reply.body));
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function refusal(status: number, code: string, message = 'refused'): Reply {
  return { status, body: { RequestId: 'request-1', HostId: 'vod.example.com', Code: code, Message: message } };
}

/** The signature that cloud facts 5 prescribes, written from its text and not from the SDK. */
export function expectedSignature(call: ReceivedCall, accessKeySecret: string): string {
  const encode = (text: string) =>
    [...Buffer.from(text, 'utf8')]
      .map((byte) => {
        const letter = String.fromCharCode(byte);
        return /[A-Za-z0-9\-_.~]/.test(letter) ? letter : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
      })
      .join('');
  const query = Object.entries(call.params)
    .filter(([name]) => name !== 'Signature')
    .map(([name, value]) => [encode(name), encode(value ?? '')] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  return createHmac('sha1', `${accessKeySecret}&`)
    .update(`${call.method}&%2F&${encode(query)}`)
    .digest('base64');
}
