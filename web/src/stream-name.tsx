import type { SessionState } from './api.ts';

/** A stream's name with its domain and app beside it. */
export function StreamName({ stream }: { stream: SessionState['stream'] | null }) {
  if (stream === null) return <span>–</span>;
  const { domainName, appName, streamName } = stream;
  return (
    <span class="name" title={`${domainName}/${appName}/${streamName}`}>
      <b>{streamName}</b>{' '}
      <small>
        {domainName}/{appName}
      </small>
    </span>
  );
}
