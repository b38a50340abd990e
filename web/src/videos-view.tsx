/** The live list of videos: newest first, filtered by stream, source, status, kind and text, with what each waits for. */
import { useMemo, useState } from 'preact/hooks';
import type { VideoState } from './api.ts';
import type { Query } from './change.ts';
import { subjects, videoKinds, videoStatuses } from './choices.ts';
import { Choice, Search, useSettled } from './filters.tsx';
import { dateTime } from './format.ts';
import { useLiveList } from './live-list.ts';
import { codeName } from './names.ts';
import { Rows } from './rows.tsx';
import { Status } from './status.tsx';
import { anyStream, isOfStream, StreamFields, streamQuery } from './stream-filter.tsx';
import { StreamName } from './stream-name.tsx';
import { videoWaitsFor } from './waiting.ts';
import { say } from './words.ts';

/** As the console has it: recordings are segments and composed videos. */
const kindsOf: Readonly<Record<string, readonly string[]>> = { live: ['SEGMENT', 'COMPOSED'], upload: ['UPLOAD'] };
const sourceName = (source: string) => say(source === 'live' ? 'liveRecordings' : 'uploads');
const idOf = (video: VideoState) => video.videoId;
const began = (video: VideoState) => video.timeline[0]?.eventTime ?? 0;
const textOf = ({ videoId, stream }: VideoState) =>
  `${videoId} ${stream ? `${stream.domainName}/${stream.appName}/${stream.streamName}` : ''}`.toLowerCase();

const fits = (video: VideoState, query: Query) => {
  const { status, source, kind, subject, text = '' } = query;
  return (
    (status === undefined || video.status === status) &&
    (source === undefined || (video.subject === 'VIDEO' && (kindsOf[source] ?? []).includes(video.kind))) &&
    (kind === undefined || video.kind === kind) &&
    (subject ?? 'VIDEO').split(',').includes(video.subject) &&
    isOfStream(query, video.stream) &&
    textOf(video).includes(text.toLowerCase())
  );
};

export function VideosView({ onConnection }: { onConnection: (up: boolean) => void }) {
  const [text, setText] = useState('');
  const [of, setOf] = useState(anyStream);
  const [status, setStatus] = useState('');
  const [source, setSource] = useState('');
  const [kind, setKind] = useState('');
  const [subject, setSubject] = useState('VIDEO');
  const chosen = {
    ...(status === '' ? {} : { status }),
    ...(source === '' ? {} : { source }),
    ...(kind === '' ? {} : { kind }),
    subject: subject === '' ? subjects.join() : subject,
  };
  const typed = { ...streamQuery(of), ...(text.trim() === '' ? {} : { text: text.trim() }) };
  const asked = { ...chosen, ...typed };
  const sought = useSettled(String(new URLSearchParams(typed)));
  const filter = new URLSearchParams([...Object.entries(chosen), ...new URLSearchParams(sought)]);
  const list = useLiveList('videos', String(filter), idOf, fits, onConnection);
  // What was typed since the list was read narrows it down at once.
  const askedNow = String(new URLSearchParams(asked));
  const shown = useMemo(
    () =>
      [...list.items.values()]
        .filter((video) => fits(video, asked))
        .sort((a, b) => began(b) - began(a) || (a.videoId < b.videoId ? -1 : 1)),
    [list.items, list.version, askedNow],
  );

  return (
    <section aria-label={say('videos')}>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <Search label={say('filterVideo')} value={text} onInput={setText} />
        <Choice
          label={say('status')}
          all={say('allStatuses')}
          options={videoStatuses}
          value={status}
          onChange={setStatus}
        />
        <Choice
          label={say('source')}
          all={say('allSources')}
          options={Object.keys(kindsOf)}
          value={source}
          nameOf={sourceName}
          onChange={setSource}
        />
        <Choice label={say('kind')} all={say('allKinds')} options={videoKinds} value={kind} onChange={setKind} />
        <Choice
          label={say('subject')}
          all={say('allSubjects')}
          options={subjects}
          value={subject}
          onChange={setSubject}
        />
        <StreamFields of={of} onChange={setOf} />
        <output>{`${shown.length}${list.more ? '+' : ''}`}</output>
      </form>
      {shown.length === 0 ? (
        <p class="empty">
          {list.loaded ? say(askedNow === '' || askedNow === 'subject=VIDEO' ? 'noVideos' : 'noMatch') : '…'}
        </p>
      ) : (
        <Rows
          items={shown}
          columns="video-columns"
          head={[say('video'), say('status'), say('kind'), say('stream'), say('first'), say('waiting')]}
          idOf={idOf}
          href={(video) => `#/video/${encodeURIComponent(video.videoId)}`}
          cells={(video) => (
            <>
              <code>{video.videoId}</code>
              <span>
                <Status of={video.status} />
              </span>
              <span>{codeName(video.subject === 'VIDEO' ? video.kind : video.subject)}</span>
              <StreamName stream={video.stream} />
              <span>{dateTime(video.timeline[0]?.eventTime ?? null)}</span>
              <span>{videoWaitsFor(video)}</span>
            </>
          )}
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
