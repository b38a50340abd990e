import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

/**
 * The one place of the emulator that touches the process's clock, timers and network. Everything else takes a `Clock`,
 * so that a test can drive time.
 */
export type Clock = {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls `run` once after `ms`, unless the returned function is called first. */
  after(ms: number, run: () => void): () => void;
  /**
   * POSTs and gives the status code; null where no whole answer came in time, the connection failed, or it isn't an
   * address. Redirects aren't followed: their status is the answer.
   */
  post(url: string, message: Message): Promise<number | null>;
};

export type Message = {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
  /** Ends it before its time. */
  readonly signal: AbortSignal;
};

const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  post: (url, { headers, body, timeoutMs, signal }) =>
    new Promise((resolve) => {
      if (!/^https?:/.test(url) || !URL.canParse(url)) return resolve(null);
      const secure = url.startsWith('https:');
      const length = { 'content-length': Buffer.byteLength(body) };
      const options = { method: 'POST', headers: { ...headers, ...length }, signal };
      const request = secure
        ? httpsRequest(url, { ...options, agent: agents.https })
        : httpRequest(url, { ...options, agent: agents.http });
      const end = (status: number | null) => {
        clearTimeout(timer);
        resolve(status);
      };
      const timer = setTimeout(() => request.destroy(), timeoutMs);
      request.once('response', (response) => {
        response.once('end', () => end(response.statusCode ?? null));
        response.once('error', () => end(null));
        response.resume();
      });
      request.once('error', () => end(null));
      request.once('close', () => end(null));
      request.end(body);
    }),
};
