/** The live list of videos: newest first, filtered by status, kind and text, with what each waits for. */
import { useMemo, useState } from 'preact/hooks';
import type { VideoState } from './api.ts';
import type { Query } from './change.ts';
import { Choice, Search, useSettled } from './filters.tsx';
import { dateTime } from './format.ts';
import { useLiveList } from './live-list.ts';
import { codeName } from './names.ts';
import { Rows } from './rows.tsx';
import { Status } from './status.tsx';
import { StreamName } from './stream-name.tsx';
import { videoWaitsFor } from './waiting.ts';
import { say } from './words.ts';

const statuses = [
  'ANNOUNCED',
  'RECORDED',
  'SOURCE_READY',
  'TRANSCODING',
  'PLAYABLE',
  'TRANSCODED',
  'PARTIAL',
  'FAILED',
  'DELETED',
];
const kinds = ['SEGMENT', 'COMPOSED', 'UPLOAD', 'UNKNOWN'];
const subjects = ['VIDEO', 'IMAGE', 'ATTACHED_MEDIA', 'JOB', 'COMPOSITION'];
const idOf = (video: VideoState) => video.videoId;
const began = (video: VideoState) => video.timeline[0]?.eventTime ?? 0;
const textOf = ({ videoId, stream }: VideoState) =>
  `${videoId} ${stream ? `${stream.domainName}/${stream.appName}/${stream.streamName}` : ''}`.toLowerCase();

const fits = (video: VideoState, { status, kind, subject, text = '' }: Query) =>
  (status === undefined || video.status === status) &&
  (kind === undefined || video.kind === kind) &&
  (subject === undefined || video.subject === subject) &&
  textOf(video).includes(text.toLowerCase());

export function VideosView({ onConnection }: { onConnection: (up: boolean) => void }) {
  const [text, setText] = useState('');
  const [status, setStatus] = useState('');
  const [kind, setKind] = useState('');
  const [subject, setSubject] = useState('VIDEO');
  const sought = useSettled(text.trim());
  const filter = new URLSearchParams({
    ...(status === '' ? {} : { status }),
    ...(kind === '' ? {} : { kind }),
    ...(subject === '' ? {} : { subject }),
    ...(sought === '' ? {} : { text: sought }),
  });
  const list = useLiveList('videos', String(filter), idOf, fits, onConnection);
  const shown = useMemo(() => {
    // What was typed since the list was read narrows it down at once.
    const asked = { ...(status && { status }), ...(kind && { kind }), ...(subject && { subject }), text: text.trim() };
    return [...list.items.values()]
      .filter((video) => fits(video, asked))
      .sort((a, b) => began(b) - began(a) || (a.videoId < b.videoId ? -1 : 1));
  }, [list.items, list.version, text, status, kind, subject]);

  return (
    <section aria-label={say('videos')}>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <Search label={say('filterVideo')} value={text} onInput={setText} />
        <Choice label={say('status')} all={say('allStatuses')} options={statuses} value={status} onChange={setStatus} />
        <Choice label={say('kind')} all={say('allKinds')} options={kinds} value={kind} onChange={setKind} />
        <Choice
          label={say('subject')}
          all={say('allSubjects')}
          options={subjects}
          value={subject}
          onChange={setSubject}
        />
        <output>{`${shown.length}${list.more ? '+' : ''}`}</output>
      </form>
      {shown.length === 0 ? (
        <p class="empty">{list.loaded ? say(text + status + kind === '' ? 'noVideos' : 'noMatch') : '…'}</p>
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
