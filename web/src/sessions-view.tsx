/** The live list of sessions: newest first, filtered by status, stream and text. */
import { useMemo, useState } from 'preact/hooks';
import type { SessionState } from './api.ts';
import type { Query } from './change.ts';
import { sessionStatuses } from './choices.ts';
import { Choice, Search, useSettled } from './filters.tsx';
import { dateTime, duration } from './format.ts';
import { useLiveList } from './live-list.ts';
import { Rows } from './rows.tsx';
import { Status } from './status.tsx';
import { anyStream, isOfStream, StreamFields, streamQuery } from './stream-filter.tsx';
import { StreamName } from './stream-name.tsx';
import { say } from './words.ts';

const idOf = (session: SessionState) => session.sessionId;

const fits = (session: SessionState, query: Query) => {
  const { status, text = '' } = query;
  return (
    (status === undefined || session.status === status) &&
    isOfStream(query, session.stream) &&
    session.sessionId.toLowerCase().includes(text.toLowerCase())
  );
};

export function SessionsView({ onConnection }: { onConnection: (up: boolean) => void }) {
  const [text, setText] = useState('');
  const [of, setOf] = useState(anyStream);
  const [status, setStatus] = useState('');
  const typed = { ...streamQuery(of), ...(text.trim() === '' ? {} : { text: text.trim() }) };
  const asked = { ...(status === '' ? {} : { status }), ...typed };
  const sought = useSettled(String(new URLSearchParams(typed)));
  const filter = new URLSearchParams([...(status === '' ? [] : [['status', status]]), ...new URLSearchParams(sought)]);
  const list = useLiveList('sessions', String(filter), idOf, fits, onConnection);
  // What was typed since the list was read narrows it down at once.
  const askedNow = String(new URLSearchParams(asked));
  const shown = useMemo(
    () =>
      [...list.items.values()]
        .filter((session) => fits(session, asked))
        .sort((a, b) => b.startTime - a.startTime || (a.sessionId < b.sessionId ? -1 : 1)),
    [list.items, list.version, askedNow],
  );

  return (
    <section aria-label={say('sessions')}>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <Search label={say('filterStream')} value={text} onInput={setText} />
        <Choice
          label={say('status')}
          all={say('allStatuses')}
          options={sessionStatuses}
          value={status}
          onChange={setStatus}
        />
        <StreamFields of={of} onChange={setOf} />
        <output>{`${shown.length}${list.more ? '+' : ''}`}</output>
      </form>
      {shown.length === 0 ? (
        <p class="empty">{list.loaded ? say(askedNow === '' ? 'noSessions' : 'noMatch') : '…'}</p>
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
