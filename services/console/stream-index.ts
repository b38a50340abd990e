/**
 * By which streams the states stand in lists of their own, so that one stream among a million is found at once; and what stands
 * beside them there.
 */
import type { SessionState } from '../../schemas/generated/SessionState.ts';
import type { VideoState } from '../../schemas/generated/VideoState.ts';
import type { StateTopic } from './cursor.ts';
import { indexPrefix, listPrefix, listSuffix } from './keys.ts';

/** Which streams a list is of; each alone or together with others. */
export type StreamQuery = {
  /** `domain/app/stream`. */
  readonly stream?: string | undefined;
  readonly domain?: string | undefined;
  readonly app?: string | undefined;
  readonly streamName?: string | undefined;
};

/** Where a state stands in its list: also the cursor after it. */
export function placeOf(state: VideoState | SessionState, id: string): string {
  return listSuffix('sessionId' in state ? state.startTime : (state.timeline[0]?.eventTime ?? 0), id);
}

/** `domain/app/stream`; null where it isn't known. */
export function streamOf({ stream }: VideoState | SessionState): string | null {
  return stream ? `${stream.domainName}/${stream.appName}/${stream.streamName}` : null;
}

/** The prefixes of all lists by stream that a state stands in. */
export function listsOf(topic: StateTopic, { stream }: VideoState | SessionState): string[] {
  if (!stream) return [listPrefix(topic)];
  const { domainName, appName, streamName } = stream;
  return [
    listPrefix(topic),
    indexPrefix(topic, 'stream', `${domainName}/${appName}/${streamName}`),
    indexPrefix(topic, 'domain', domainName),
    indexPrefix(topic, 'app', appName),
    indexPrefix(topic, 'domainApp', `${domainName}/${appName}`),
    indexPrefix(topic, 'streamName', streamName),
  ];
}

/** The narrowest list that holds all that is asked for; null where no stream is. */
export function listFor(topic: StateTopic, { stream, domain, app, streamName }: StreamQuery): string | null {
  if (stream !== undefined) return indexPrefix(topic, 'stream', stream);
  if (domain !== undefined && app !== undefined)
    return streamName === undefined
      ? indexPrefix(topic, 'domainApp', `${domain}/${app}`)
      : indexPrefix(topic, 'stream', `${domain}/${app}/${streamName}`);
  if (streamName !== undefined) return indexPrefix(topic, 'streamName', streamName);
  if (domain !== undefined) return indexPrefix(topic, 'domain', domain);
  return app === undefined ? null : indexPrefix(topic, 'app', app);
}

/** Whether a state is of the streams that are asked for. */
export function isOf({ stream, domain, app, streamName }: StreamQuery, state: VideoState | SessionState): boolean {
  return (
    (stream === undefined || streamOf(state) === stream) &&
    (domain === undefined || state.stream?.domainName === domain) &&
    (app === undefined || state.stream?.appName === app) &&
    (streamName === undefined || state.stream?.streamName === streamName)
  );
}
