import { type StreamKeyed, streamKeyOf } from '../stream-key.ts';

/** `domain/app/stream/<first record start, ISO 8601 UTC with milliseconds>`. */
export function sessionIdOf(stream: StreamKeyed, startMs: number): string {
  return `${streamKeyOf(stream)}/${new Date(startMs).toISOString()}`;
}
