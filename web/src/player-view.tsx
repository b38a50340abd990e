/** Plays a video: asks for its addresses when a person wants to watch, and says why where there are none. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { AnswerError, type Playable, type PlayStream, readPlay, wordsOf } from './api.ts';
import { dateTime } from './format.ts';
import type { PlayerSaid, PlayOrder } from './player-messages.ts';
import { say, type Word } from './words.ts';

/** Why it doesn't play, by the code of the answer; another code is told in the console's own words. */
const reasons: Readonly<Record<string, Word>> = {
  NO_VIDEO: 'playNoVideo',
  DELETED: 'playDeleted',
  BLOCKED: 'playBlocked',
  NO_SOURCE_YET: 'playNoSource',
  AWAITING_TRANSCODE: 'playAwaiting',
  TRANSCODING: 'playTranscoding',
  NO_STREAM: 'playNoStream',
  ENCRYPTED: 'playEncrypted',
  NOT_AT_CLOUD: 'playNotAtCloud',
  NO_CREDENTIALS: 'playNoCredentials',
  NOT_YET: 'playNotYet',
};

function whyNot(error: unknown): string {
  const word = error instanceof AnswerError ? reasons[error.code] : undefined;
  return word === undefined ? wordsOf(error) : say(word);
}

const nameOf = ({ definition, format, width, height, encrypted }: PlayStream) =>
  [definition ?? '–', format, width && height ? `${width}×${height}` : null, encrypted ? say('encrypted') : null]
    .filter(Boolean)
    .join(' · ');

/** A moment earlier: on its way an address must not end. */
const earlierMs = 5_000;

export function PlayerView({ videoId }: { videoId: string }) {
  const [found, setFound] = useState<{ readonly is: Playable; readonly atMs: number } | null>(null);
  const [chosen, setChosen] = useState(0);
  const [problem, setProblem] = useState('');
  const [asking, setAsking] = useState(false);
  const frame = useRef<HTMLIFrameElement>(null);

  const ask = (wanted: number | null) => {
    setAsking(true);
    readPlay(videoId)
      .then(
        (is) => {
          const first = is.streams.findIndex(({ encrypted }) => !encrypted);
          setFound({ is, atMs: performance.now() });
          setChosen(Math.max(0, wanted ?? first));
          setProblem(is.streams.length > 0 ? '' : `${say('notPlayable')} ${say('playNoStream')}`);
        },
        (error: unknown) => {
          setFound(null);
          setProblem(`${say('notPlayable')} ${whyNot(error)}`);
        },
      )
      .finally(() => setAsking(false));
  };
  const choose = (index: number) => {
    const { is, atMs } = found ?? {};
    const leftMs = is?.expiresAt == null ? Number.POSITIVE_INFINITY : is.expiresAt - is.askedAt - earlierMs;
    if (performance.now() - (atMs ?? 0) > leftMs) ask(index);
    else setChosen(index);
  };

  const stream = found?.is.streams[chosen];
  const order: PlayOrder | null = stream
    ? { url: stream.url, format: stream.format, poster: found?.is.coverUrl ?? null }
    : null;
  const give = () => {
    if (order) frame.current?.contentWindow?.postMessage(order, location.origin);
  };
  useEffect(give, [order?.url]);
  useEffect(() => {
    const hear = ({ origin, source, data }: MessageEvent<PlayerSaid>) => {
      if (origin !== location.origin || source !== frame.current?.contentWindow) return;
      if (data.player === 'ready') give();
      if (data.player === 'playing') setProblem('');
      if (data.player === 'failed') setProblem(say('playFailed'));
    };
    addEventListener('message', hear);
    return () => removeEventListener('message', hear);
  });

  return (
    <div class="player">
      <div class="filters">
        <button type="button" disabled={asking} onClick={() => ask(null)}>
          ▶ {say(found ? 'playAnew' : 'play')}
        </button>
        {found && found.is.streams.length > 0 && (
          <select
            aria-label={say('definition')}
            value={String(chosen)}
            onChange={(event) => choose(Number(event.currentTarget.value))}
          >
            {found.is.streams.map((one, index) => (
              <option key={one.url} value={String(index)} disabled={one.encrypted === true}>
                {nameOf(one)}
              </option>
            ))}
          </select>
        )}
        {found?.is.expiresAt != null && (
          <small>
            {say('addressesEnd')} {dateTime(found.is.expiresAt)}
          </small>
        )}
      </div>
      {problem !== '' && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {stream && (
        <iframe
          ref={frame}
          src={`player.html?video=${encodeURIComponent(videoId)}`}
          title={say('player')}
          sandbox="allow-scripts allow-same-origin"
          allow="autoplay; fullscreen"
          allowFullScreen
        />
      )}
    </div>
  );
}
