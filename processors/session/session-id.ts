import type { StreamRef } from '../../schemas/generated/StreamState.ts';

/** `domain/app/stream`: the key of the stream topics. */
export function streamKeyOf(stream: StreamRef): string {
  return `${stream.domainName}/${stream.appName}/${stream.streamName}`;
}

/** `domain/app/stream/<first record start, ISO 8601 UTC with milliseconds>`. */
export function sessionIdOf(stream: StreamRef, startMs: number): string {
  return `${streamKeyOf(stream)}/${new Date(startMs).toISOString()}`;
}
