/** The console's HTTP API as the page uses it. */
import type { SessionState } from '../../schemas/generated/SessionState.ts';
import type { VideoState } from '../../schemas/generated/VideoState.ts';
import type { Query } from './change.ts';

export type { SessionState, VideoState };
export type Page<T> = { readonly items: readonly T[]; readonly next: string | null };
/** An answer, and the position from which changes after it can be followed. */
export type At<T> = { readonly body: T; readonly position: string | null };

/** An answer other than 2xx, with the console's own words. */
export class AnswerError extends Error {
  readonly status: number;
  /** For programs: `NOT_FOUND`; empty where something else than the console answered. */
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

async function ask<T>(path: string, init?: RequestInit): Promise<At<T>> {
  const response = await fetch(path, init);
  const body = (await response.json().catch(() => ({}))) as T & { code?: string; message?: string };
  if (response.status === 401 && body.code === 'LOGIN_NEEDED') dispatchEvent(new Event('loginneeded'));
  if (!response.ok) throw new AnswerError(response.status, body.code ?? '', body.message ?? response.statusText);
  return { body, position: response.headers.get('live2vod-position') };
}

/** Opens reading for this browser, where the console needs a token for it: "loginneeded" was dispatched then. */
export const login = (token: string) =>
  ask('api/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });

export type StateOf = { readonly sessions: SessionState; readonly videos: VideoState };

/** One page of a list, newest first. */
export const readList = <K extends keyof StateOf>(kind: K, query: Query) =>
  ask<Page<StateOf[K]>>(`api/${kind}?${new URLSearchParams(query)}`);
export const readSession = (id: string) => ask<SessionState>(`api/sessions/${encodeURIComponent(id)}`);
export const readVideo = (id: string) => ask<VideoState>(`api/videos/${encodeURIComponent(id)}`);

export type PlayStream = {
  readonly definition: string | null;
  readonly format: string | null;
  readonly url: string;
  readonly expiresAt: number | null;
  readonly encrypted: boolean | null;
  readonly width: number | null;
  readonly height: number | null;
};

/** Where a video plays; addresses are asked for when somebody wants to watch, and stay in this tab. */
export type Playable = {
  readonly coverUrl: string | null;
  readonly askedAt: number;
  readonly expiresAt: number | null;
  readonly streams: readonly PlayStream[];
};

export const readPlay = async (videoId: string) =>
  (await ask<Playable>(`api/videos/${encodeURIComponent(videoId)}/play`)).body;

/** A job of any type; what its type doesn't have is null. */
export type Job = {
  readonly type: string;
  readonly token: string;
  readonly state: string;
  readonly hold: string | null;
  readonly attempt: number | null;
  readonly plannedAt: number | null;
  readonly finishedAt: number | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly videoId: string | null;
  readonly sessionId: string | null;
  readonly stream: SessionState['stream'] | null;
};

export const readJobs = async (query: Query) => (await ask<Page<Job>>(`api/jobs?${new URLSearchParams(query)}`)).body;

export type LatencyRow = {
  readonly stage: string;
  readonly hour?: string;
  readonly day?: string;
  readonly count: number;
  readonly failures: number;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
};

export type LatencyReport = { readonly asOf: number; readonly stages: readonly LatencyRow[] };

export const readLatency = async (query: Query = {}) =>
  (await ask<LatencyReport>(`api/latency?${new URLSearchParams(query)}`)).body;

export type DeadLetter = {
  readonly id: string;
  readonly partition: number;
  readonly offset: number;
  readonly time: number;
  readonly key: string | null;
  readonly reason: string;
  readonly error: string;
  readonly stage: string;
  readonly origin: { readonly topic: string; readonly partition: number; readonly offset: number } | null;
  readonly redrivenTime: number | null;
  readonly sizeBytes: number;
  readonly excerpt: string;
};

export const readDeadLetters = async (query: Query) =>
  (await ask<Page<DeadLetter>>(`api/dead-letters?${new URLSearchParams(query)}`)).body;

/** Sends a dead letter through again; the token stays in this tab. */
export const redrive = ({ partition, offset }: DeadLetter, token: string) =>
  ask(`api/dead-letters/${partition}/${offset}/redrive`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  });

export type ClipWish = {
  /** Seconds since the session began, or a time as ISO 8601. */
  readonly from: number | string;
  readonly to: number | string;
  readonly title?: string | undefined;
  readonly templateGroupId?: string | undefined;
};

/** Asks for a clip of a session; the token stays in this tab. */
export const askClip = (sessionId: string, token: string, body: ClipWish) =>
  ask(`api/sessions/${encodeURIComponent(sessionId)}/clips`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });

/** Asks for a transcode of a video; the token stays in this tab. */
export const askTranscode = (videoId: string, token: string, body: { templateGroupId: string }) =>
  ask(`api/videos/${encodeURIComponent(videoId)}/transcode`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
