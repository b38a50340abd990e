import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Clock } from './clock.ts';
import type { ClockReading } from './trusted-clock.ts';

type OnReading = (host: string, reading: ClockReading) => void;

/** What Node's HTTP client publishes: `node:http`, and `fetch`. */
const channels = {
  started: 'http.client.request.start',
  answered: 'http.client.response.finish',
  fetchStarted: 'undici:request:create',
  fetchAnswered: 'undici:request:headers',
} as const;

/**
 * Reads the clock of every server that answers this process over HTTP, whichever library asks: registry, ClickHouse, the
 * cloud. Returns how to stop it.
 */
export function watchHttpDates(clock: Pick<Clock, 'monotonicMs'>, onReading: OnReading): () => void {
  const askedAtMs = new WeakMap<object, number>();
  const started = (message: unknown) => {
    const { request } = message as { request: object };
    askedAtMs.set(request, clock.monotonicMs());
  };
  const answeredBy = (request: object, host: string | undefined, date: string | undefined, age: string | undefined) => {
    const asked = askedAtMs.get(request);
    // An answer out of a cache bears the date of when it was put there.
    if (asked === undefined || host === undefined || date === undefined || age !== undefined) return;
    // Given in whole seconds, cut off.
    const theirMs = Date.parse(date) + 500;
    if (Number.isFinite(theirMs)) onReading(host, { theirMs, askedAtMs: asked, answeredAtMs: clock.monotonicMs() });
  };
  const answered = (message: unknown) => {
    const { request, response } = message as {
      request: object & { host?: string };
      response: { headers: Readonly<Record<string, string | undefined>> };
    };
    answeredBy(request, request.host, response.headers.date, response.headers.age);
  };
  const fetchAnswered = (message: unknown) => {
    const { request, response } = message as {
      request: object & { origin?: string };
      response: { headers: readonly Uint8Array[] };
    };
    const header = (name: string) => {
      const texts = response.headers.map((bytes) => Buffer.from(bytes).toString('latin1'));
      const at = texts.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name);
      return at < 0 ? undefined : texts[at + 1];
    };
    answeredBy(request, hostOf(request.origin), header('date'), header('age'));
  };
  const listeners = [
    [channels.started, started],
    [channels.answered, answered],
    [channels.fetchStarted, started],
    [channels.fetchAnswered, fetchAnswered],
  ] as const;
  for (const [channel, listener] of listeners) subscribe(channel, listener);
  return () => {
    for (const [channel, listener] of listeners) unsubscribe(channel, listener);
  };
}

function hostOf(origin: string | undefined): string | undefined {
  return origin !== undefined && URL.canParse(origin) ? new URL(origin).hostname : undefined;
}
