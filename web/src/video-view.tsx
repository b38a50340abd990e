/** One video: what it waits for, its events in event order against the order of arrival, its renditions and jobs. */
import { useEffect, useState } from 'preact/hooks';
import { askTranscode, readVideo, type VideoState, wordsOf } from './api.ts';
import { TokenInput } from './filters.tsx';
import { bytes, dateTime, duration } from './format.ts';
import { keepUp } from './keep-up.ts';
import { codeName } from './names.ts';
import { PlayerView } from './player-view.tsx';
import { Status } from './status.tsx';
import { StreamName } from './stream-name.tsx';
import { Table } from './table.tsx';
import { jobStands, videoWaitsFor } from './waiting.ts';
import { say } from './words.ts';

export function VideoView({ id, onConnection }: { id: string; onConnection: (up: boolean) => void }) {
  const [video, setVideo] = useState<VideoState | null>(null);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    const kept = keepUp({
      query: { video: id },
      read: async (current) => {
        const { body, position } = await readVideo(id);
        if (current()) setVideo(body);
        return position;
      },
      onChange: (state) => {
        if ('videoId' in state) setVideo((known) => (known && known.revision > state.revision ? known : state));
        setProblem('deleted' in state ? say('gone') : '');
      },
      onConnection,
      onProblem: (error) => setProblem(wordsOf(error)),
    });
    return kept.stop;
  }, [id, onConnection]);
  if (problem) return <p class="problem">{problem}</p>;
  if (!video) return <p class="empty">…</p>;
  const arrival = new Map(
    [...video.timeline].sort((a, b) => a.receivedAt - b.receivedAt).map((entry, index) => [entry.eventId, index + 1]),
  );
  return (
    <section>
      <p>
        <button type="button" onClick={() => history.back()}>
          ← {say('back')}
        </button>
      </p>
      <h2>
        <code>{video.videoId}</code> <small>{codeName(video.subject === 'VIDEO' ? video.kind : video.subject)}</small>{' '}
        <Status of={video.status} />
      </h2>
      <p>
        <StreamName stream={video.stream} /> · {say('waiting')}: <strong>{videoWaitsFor(video)}</strong> ·{' '}
        {duration(video.durationSeconds)} · {bytes(video.sizeBytes)}
        {video.sourcePlays && ` · ${say('sourcePlays')}`}
      </p>
      {video.storage !== null && <StoredAs {...video.storage} />}
      {video.similarVideos.length > 0 && <Resembles videos={video.similarVideos} />}
      {video.tags.length > 0 && <Shows tags={video.tags} />}
      {video.subject === 'VIDEO' && <PlayerView videoId={video.videoId} />}
      <h3>{say('timeline')}</h3>
      <Table
        head={[
          '#',
          say('event'),
          say('eventTime'),
          say('receivedAt'),
          say('receivedOrder'),
          say('status'),
          say('source'),
        ]}
      >
        {video.timeline.map((entry, index) => (
          <tr key={entry.eventId} class={arrival.get(entry.eventId) === index + 1 ? '' : 'moved'}>
            <td>{index + 1}</td>
            <td>{entry.eventType}</td>
            <td>
              {dateTime(entry.eventTime === 0 ? null : entry.eventTime)}{' '}
              {entry.implausible.length > 0 && <small>{say('implausible') + entry.implausible.join(', ')}</small>}
            </td>
            <td>{dateTime(entry.receivedAt)}</td>
            <td>{arrival.get(entry.eventId)}</td>
            <td>{entry.errorCode ?? entry.status ?? '–'}</td>
            <td>{entry.source}</td>
          </tr>
        ))}
      </Table>
      <h3>{say('renditions')}</h3>
      <Table head={[say('definition'), say('format'), say('status'), say('size'), say('duration'), say('error')]}>
        {video.renditions.map((rendition, index) => (
          <tr key={rendition.jobId ?? index}>
            <td>{rendition.definition ?? '–'}</td>
            <td>{rendition.format ?? '–'}</td>
            <td>
              <Status of={rendition.status} /> {rendition.superseded && <small>{say('superseded')}</small>}{' '}
              {rendition.audioOnly && <small>{say('audioOnly')}</small>}
            </td>
            <td>{bytes(rendition.sizeBytes)}</td>
            <td>{duration(rendition.durationSeconds)}</td>
            <td>{rendition.errorCode ?? '–'}</td>
          </tr>
        ))}
      </Table>
      {video.steps.length > 0 && (
        <>
          <h3>{say('steps')}</h3>
          <Table
            head={[
              say('step'),
              say('state'),
              say('detail'),
              say('planned'),
              say('finished'),
              say('cloudId'),
              say('error'),
            ]}
          >
            {video.steps.map((step) => (
              <tr key={step.token}>
                <td>{codeName(step.kind)}</td>
                <td>
                  <Status of={step.state} />
                </td>
                <td>{jobStands({ state: step.state, hold: null })}</td>
                <td>{dateTime(step.plannedAt)}</td>
                <td>{dateTime(step.finishedAt)}</td>
                <td>
                  <code>{step.jobId ?? '–'}</code>
                </td>
                <td>{step.errorMessage ?? step.errorCode ?? '–'}</td>
              </tr>
            ))}
          </Table>
        </>
      )}
      <h3>{say('ledger')}</h3>
      <Table
        head={[
          say('purpose'),
          say('decision'),
          say('state'),
          say('detail'),
          say('attempts'),
          say('templateGroup'),
          say('tokenColumn'),
          say('error'),
        ]}
      >
        {video.jobs.map((job) => (
          <tr key={job.token}>
            <td>
              {codeName(job.purpose)} #{job.generation}
            </td>
            <td>{codeName(job.decision)}</td>
            <td>
              <Status of={job.state} />
            </td>
            <td>{jobStands(job)}</td>
            <td>{job.attempt}</td>
            <td>
              <code>{job.workflowId ?? job.templateGroupId ?? '–'}</code>
            </td>
            <td>
              <code>{job.token}</code>
            </td>
            <td>{job.errorMessage ?? job.errorCode ?? '–'}</td>
          </tr>
        ))}
      </Table>
      {video.notStarted.length > 0 && (
        <>
          <h3>{say('notStarted')}</h3>
          <Table head={[say('decision'), say('reason'), say('causeTime'), say('decidedAt')]}>
            {video.notStarted.map((one) => (
              <tr key={one.requestId}>
                <td>{say(one.requestId === null ? 'byPolicy' : 'byRequest')}</td>
                <td>{codeName(one.reason)}</td>
                <td>{one.causeTime === 0 ? '–' : dateTime(one.causeTime)}</td>
                <td>{dateTime(one.decidedAt)}</td>
              </tr>
            ))}
          </Table>
        </>
      )}
      <h3>{say('approve')}</h3>
      <TranscodeForm videoId={video.videoId} />
    </section>
  );
}

type Storage = NonNullable<VideoState['storage']>;

/** Storage class and restore, where the cloud said anything of them. */
function StoredAs({ storageClass, scope, changedTime, restoredUntil, errorCode }: Storage) {
  return (
    <p>
      {say('storageClass')}: <strong>{storageClass ?? '–'}</strong> {scope !== null && <small>{scope}</small>}{' '}
      {changedTime !== null && <small>{dateTime(changedTime)}</small>}
      {restoredUntil !== null && ` · ${say('restoredUntil')}: ${dateTime(restoredUntil)}`}
      {errorCode !== null && ` · ${say('error')}: ${errorCode}`}
    </p>
  );
}

/** What a fingerprint was found to be like: by whom it was asked for doesn't matter. */
function Resembles({ videos }: { videos: VideoState['similarVideos'] }) {
  return (
    <p class="similar-videos">
      {say('similarVideos')}:{' '}
      {videos.map(({ videoId, similarity }, index) => (
        <span key={videoId}>
          {index > 0 && ' · '}
          <a href={`#/video/${encodeURIComponent(videoId)}`}>
            <code>{videoId}</code>
          </a>
          {similarity !== null && <small> {(similarity * 100).toFixed(0)} %</small>}
        </span>
      ))}
    </p>
  );
}

/** Smart tags by category, what is seen most often first. */
function Shows({ tags }: { tags: VideoState['tags'] }) {
  const categories = [...new Set(tags.map(({ category }) => category))];
  return (
    <p class="video-tags">
      {say('tags')}:{' '}
      {categories.map((category, index) => (
        <span key={category}>
          {index > 0 && ' · '}
          <small>{category}</small>{' '}
          {tags
            .filter((tag) => tag.category === category)
            .map(({ name }) => name)
            .join(', ')}
        </span>
      ))}
    </p>
  );
}

function TranscodeForm({ videoId }: { videoId: string }) {
  const [answer, setAnswer] = useState('');
  return (
    <form
      class="filters"
      onSubmit={(event) => {
        event.preventDefault();
        const data = new FormData(event.currentTarget);
        const token = String(data.get('token'));
        askTranscode(videoId, token, { templateGroupId: String(data.get('templateGroupId')) }).then(
          () => setAnswer(say('asked')),
          (error: unknown) => setAnswer(wordsOf(error)),
        );
      }}
    >
      <input name="templateGroupId" required placeholder={say('templateGroup')} aria-label={say('templateGroup')} />
      <TokenInput label={say('token')} />
      <button type="submit">{say('transcode')}</button>
      <output>{answer}</output>
    </form>
  );
}
