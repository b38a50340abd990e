import type { SessionState } from '../../schemas/generated/SessionState.ts';
import type { VideoState } from '../../schemas/generated/VideoState.ts';

export type Query = Readonly<Record<string, string>>;

export type Change = SessionState | VideoState | { readonly key: string; readonly deleted: true };

/** Whether a change is one that was asked for: the same answer as the console's own filter gives. */
export function wants(query: Query, kind: 'videos' | 'sessions', change: Change): boolean {
  const { states, video, session, stream } = query;
  if (states !== undefined && states !== kind) return false;
  const key = 'deleted' in change ? change.key : 'videoId' in change ? change.videoId : change.sessionId;
  if (video !== undefined && (kind !== 'videos' || key !== video)) return false;
  if (session !== undefined && (kind !== 'sessions' || key !== session)) return false;
  if (stream === undefined) return true;
  // A deleted one has no stream any more; a session's id begins with it.
  if ('deleted' in change) return kind === 'videos' || key.startsWith(`${stream}/`);
  const of = change.stream;
  return of !== null && `${of.domainName}/${of.appName}/${of.streamName}` === stream;
}
