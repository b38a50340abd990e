/** The live list of sessions: newest first, filtered by status and stream. */
import { useMemo, useState } from 'preact/hooks';
import type { SessionState } from './api.ts';
import type { Query } from './change.ts';
import { Choice, Search, useSettled } from './filters.tsx';
import { dateTime, duration } from './format.ts';
import { useLiveList } from './live-list.ts';
import { Rows } from './rows.tsx';
import { Status } from './status.tsx';
import { StreamName } from './stream-name.tsx';
import { say } from './words.ts';

const statuses = ['RECORDING', 'ENDED', 'COMPOSING', 'COMPOSED', 'TRANSCODING', 'READY', 'PARTIAL', 'FAILED'];
const idOf = (session: SessionState) => session.sessionId;

const fits = (session: SessionState, { status, text = '' }: Query) =>
  (status === undefined || session.status === status) && session.sessionId.toLowerCase().includes(text.toLowerCase());

export function SessionsView({ onConnection }: { onConnection: (up: boolean) => void }) {
  const [text, setText] = useState('');
  const [status, setStatus] = useState('');
  const sought = useSettled(text.trim());
  const filter = new URLSearchParams({
    ...(status === '' ? {} : { status }),
    ...(sought === '' ? {} : { text: sought }),
  });
  const list = useLiveList('sessions', String(filter), idOf, fits, onConnection);
  const shown = useMemo(() => {
    // What was typed since the list was read narrows it down at once.
    const asked = { ...(status && { status }), text: text.trim() };
    return [...list.items.values()]
      .filter((session) => fits(session, asked))
      .sort((a, b) => b.startTime - a.startTime || (a.sessionId < b.sessionId ? -1 : 1));
  }, [list.items, list.version, text, status]);

  return (
    <section aria-label={say('sessions')}>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <Search label={say('filterStream')} value={text} onInput={setText} />
        <Choice label={say('status')} all={say('allStatuses')} options={statuses} value={status} onChange={setStatus} />
        <output>{`${shown.length}${list.more ? '+' : ''}`}</output>
      </form>
      {shown.length === 0 ? (
        <p class="empty">{list.loaded ? say(text + status === '' ? 'noSessions' : 'noMatch') : '…'}</p>
      ) : (
        <Rows
          items={shown}
          columns="session-columns"
          head={[say('stream'), say('status'), say('started'), say('duration'), say('segments'), say('composed')]}
          idOf={idOf}
          href={(session) => `#/session/${encodeURIComponent(session.sessionId)}`}
          cells={(session) => <Cells session={session} />}
          onNearEnd={list.more}
        />
      )}
      {list.more && (
        <button type="button" class="more" onClick={list.more}>
          {say('more')}
        </button>
      )}
    </section>
  );
}

function Cells({ session }: { session: SessionState }) {
  const end = session.endTime ?? session.segments.at(-1)?.endTime ?? null;
  return (
    <>
      <StreamName stream={session.stream} />
      <span>
        <Status of={session.status} />
      </span>
      <span>{dateTime(session.startTime)}</span>
      <span>{duration(end === null ? null : (end - session.startTime) / 1000)}</span>
      <span>
        {session.segments.length}
        {session.gaps.length > 0 && (
          <small>
            {' '}
            ({session.gaps.length} {say(session.gaps.length === 1 ? 'oneGap' : 'someGaps')})
          </small>
        )}
      </span>
      <span>
        {session.composed.length > 0
          ? session.composed.map((video) => <Status key={video.videoId} of={video.status} />)
          : '–'}
      </span>
    </>
  );
}
