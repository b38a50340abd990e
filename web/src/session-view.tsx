/** One session: what it waits for, its picture over time, how its callbacks arrived, its videos. */
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import { readSession, readVideo, type SessionState, type VideoState, wordsOf } from './api.ts';
import { arrivalPicture, arrivalsOf } from './arrival-picture.ts';
import { Chart } from './chart.tsx';
import { Clips } from './clips-view.tsx';
import { dateTime, duration } from './format.ts';
import { keepUp } from './keep-up.ts';
import { laneHeight, lanesOf, sessionPicture } from './session-picture.ts';
import { Status } from './status.tsx';
import { liveSays, sessionWaitsFor } from './waiting.ts';
import { say } from './words.ts';

const videoIdsOf = (session: SessionState) => [...session.segments, ...session.composed].map(({ videoId }) => videoId);
const videoLink = (videoId: string) => `#/video/${encodeURIComponent(videoId)}`;

/** An answer may be older than a change that came while it was on its way. */
function withRead(known: ReadonlyMap<string, VideoState>, found: readonly VideoState[]) {
  const newer = found.filter(({ videoId, revision }) => revision >= (known.get(videoId)?.revision ?? 0));
  return new Map([...known, ...newer.map((video) => [video.videoId, video] as const)]);
}

const isNewer = (known: SessionState | null, other: SessionState) =>
  known !== null && known.sessionId === other.sessionId && known.revision > other.revision;

/** A session and its videos, kept up to date by the changes of its stream. A merged one leads to its new id. */
function useSession(id: string, onConnection: (up: boolean) => void) {
  const [session, setSession] = useState<SessionState | null>(null);
  const [videos, setVideos] = useState<ReadonlyMap<string, VideoState>>(new Map());
  const [round, setRound] = useState(0);
  const [problem, setProblem] = useState('');

  useEffect(() => {
    const show = (state: SessionState) => {
      const current = state.mergedInto ?? state.sessionId;
      if (current === id) setSession((known) => (isNewer(known, state) ? known : state));
      else location.replace(`#/session/${encodeURIComponent(current)}`);
    };
    const kept = keepUp({
      // A session's id is its stream's, and when it started.
      query: { stream: id.slice(0, id.lastIndexOf('/')) },
      read: async (current) => {
        const { body, position } = await readSession(id);
        if (current()) {
          show(body);
          // All of them anew: nothing tells which ones have changed meanwhile.
          setVideos(new Map());
          setRound((n) => n + 1);
        }
        return position;
      },
      onChange: (state) => {
        if ('videoId' in state)
          setVideos((known) => {
            const before = known.get(state.videoId);
            return before && before.revision > state.revision ? known : new Map([...known, [state.videoId, state]]);
          });
        else if ('deleted' in state && state.key === id) setProblem(say('gone'));
        else if ('deleted' in state) setVideos((known) => new Map([...known].filter(([key]) => key !== state.key)));
        else if (state.sessionId === id) show(state);
      },
      onConnection,
      onProblem: (error) => setProblem(wordsOf(error)),
    });
    return kept.stop;
  }, [id, onConnection]);

  // As text, because effects compare by value.
  const ids = JSON.stringify(session ? videoIdsOf(session) : []);
  useEffect(() => {
    const missing = (JSON.parse(ids) as string[]).filter((videoId) => !videos.has(videoId));
    if (missing.length === 0) return;
    void Promise.all(missing.map((videoId) => readVideo(videoId).catch(() => null))).then((answers) => {
      const found = answers.flatMap((answer) => answer?.body ?? []);
      setVideos((known) => withRead(known, found));
    });
  }, [ids, round]);

  const shown = useMemo(
    () => (JSON.parse(ids) as string[]).flatMap((videoId) => videos.get(videoId) ?? []),
    [ids, videos],
  );
  return { session, videos: shown, problem };
}

export function SessionView({ id, onConnection }: { id: string; onConnection: (up: boolean) => void }) {
  const { session, videos, problem } = useSession(id, onConnection);
  const picture = useCallback(() => (session ? sessionPicture(session, videos) : {}), [session, videos]);
  const arrivals = useMemo(() => arrivalsOf(videos), [videos]);
  const arrival = useCallback(() => arrivalPicture(arrivals), [arrivals]);
  if (problem) return <p class="problem">{problem}</p>;
  if (!session) return <p class="empty">…</p>;
  const { stream } = session;
  const { length: lanes } = lanesOf(session, videos).lanes;
  const late = arrivals.filter((one) => one.late).length;
  return (
    <section>
      <p>
        <a href="#/sessions">← {say('back')}</a>
      </p>
      <h2>
        {stream.streamName}{' '}
        <small>
          {stream.domainName}/{stream.appName}
        </small>{' '}
        <Status of={session.status} />
      </h2>
      <p>
        {dateTime(session.startTime)} – {dateTime(session.endTime)} ·{' '}
        {duration(session.endTime === null ? null : (session.endTime - session.startTime) / 1000)} · {say('gaps')}:{' '}
        {session.gaps.length} · {say('waiting')}: <strong>{sessionWaitsFor(session)}</strong>
      </p>
      {session.liveRecording && (
        <p>
          {say('liveSays')}: <strong>{liveSays(session.liveRecording)}</strong>
        </p>
      )}
      <h3>{say('timeline')}</h3>
      {lanes === 0 ? (
        <p class="empty">{say('noTimeline')}</p>
      ) : (
        <Chart
          option={picture}
          label={`${say('timeline')}: ${stream.streamName}`}
          height={90 + laneHeight * lanes}
          onClick={(link) => {
            if (link.startsWith('#/')) location.hash = link;
          }}
        />
      )}
      <h3>{say('arrival')}</h3>
      <p>
        <small>
          {say('callbacks')}: {arrivals.length} · {say('outOfOrder')}: {late}
        </small>
      </p>
      {/* Videos are read after their session: until then there are none, and yet they're not missing. */}
      {videoIdsOf(session).length === 0 ? (
        <p class="empty">{say('noArrivals')}</p>
      ) : (
        <Chart option={arrival} label={`${say('arrival')}: ${stream.streamName}`} height={200} />
      )}
      <h3>{say('videos')}</h3>
      <ul class="videos">
        {[...session.segments, ...session.composed].map((video) => (
          <li key={video.videoId}>
            <a href={videoLink(video.videoId)}>
              <code>{video.videoId}</code>
            </a>{' '}
            <Status of={video.status} />
          </li>
        ))}
      </ul>
      <Clips session={session} />
    </section>
  );
}
