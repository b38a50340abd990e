/** Transcodes, audits, snapshots, covers, compositions and clips: how each stands, and the video or session that it is for. */
import { useCallback, useState } from 'preact/hooks';
import { type Job, type Page, readJobs } from './api.ts';
import { jobStates, jobTypes } from './choices.ts';
import { Choice, Search, useSettled } from './filters.tsx';
import { shortTime } from './format.ts';
import { codeName } from './names.ts';
import { usePages } from './pages.ts';
import { Rows } from './rows.tsx';
import { Status } from './status.tsx';
import { StreamName } from './stream-name.tsx';
import { jobStands } from './waiting.ts';
import { say } from './words.ts';

const refreshMs = 5_000;
const pageSize = '200';
/** A page may be short where a filter matches little. */
const enough = 50;
const idOf = ({ type, token }: Job) => `${type} ${token}`;

/** Reads pages from `cursor` on until there is enough to show. */
async function readSome(filter: string, cursor: string | null): Promise<Page<Job>> {
  const items: Job[] = [];
  let next = cursor;
  do {
    const query = { ...Object.fromEntries(new URLSearchParams(filter)), ...(next === null ? {} : { cursor: next }) };
    const page = await readJobs({ limit: pageSize, ...query });
    items.push(...page.items);
    next = page.next;
  } while (next !== null && items.length < enough);
  return { items, next };
}

export function JobsView() {
  const [text, setText] = useState('');
  const [type, setType] = useState('');
  const [state, setState] = useState('');
  const sought = useSettled(text.trim());
  const filter = String(
    new URLSearchParams({
      ...(type === '' ? {} : { type }),
      ...(state === '' ? {} : { state }),
      ...(sought === '' ? {} : { text: sought }),
    }),
  );
  const read = useCallback((cursor: string | null) => readSome(filter, cursor), [filter]);
  const { items, problem, more } = usePages(read, refreshMs);
  const jobs = items ?? [];
  return (
    <section aria-label={say('jobs')}>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <Search label={say('filterJob')} value={text} onInput={setText} />
        <Choice label={say('type')} all={say('allTypes')} options={jobTypes} value={type} onChange={setType} />
        <Choice label={say('status')} all={say('allStatuses')} options={jobStates} value={state} onChange={setState} />
        <output>{`${jobs.length}${more ? '+' : ''}`}</output>
      </form>
      {problem && <p class="problem">{problem}</p>}
      {jobs.length === 0 ? (
        <p class="empty">{items ? say(filter === '' ? 'noJobs' : 'noMatch') : '…'}</p>
      ) : (
        <Rows
          items={jobs}
          columns="job-columns"
          head={[say('stream'), say('status'), say('detail'), say('planned'), say('attempts'), say('tokenColumn')]}
          idOf={idOf}
          href={linkOf}
          cells={(job) => <Cells job={job} />}
          onNearEnd={more}
        />
      )}
      {more && (
        <button type="button" class="more" onClick={more}>
          {say('more')}
        </button>
      )}
    </section>
  );
}

function linkOf({ videoId, sessionId }: Job): string {
  return videoId === null
    ? `#/session/${encodeURIComponent(sessionId ?? '')}`
    : `#/video/${encodeURIComponent(videoId)}`;
}

function Cells({ job }: { job: Job }) {
  const error = job.errorMessage ?? job.errorCode;
  return (
    <>
      <StreamName stream={job.stream} />
      <span>
        <Status of={job.state} />
      </span>
      <span title={error ?? job.videoId ?? undefined}>
        {codeName(job.type)} <small class={error === null ? '' : 'bad'}>{error ?? jobStands(job)}</small>
      </span>
      <span>{shortTime(job.plannedAt)}</span>
      <span>{job.attempt ?? '–'}</span>
      <code title={job.token}>{job.token}</code>
    </>
  );
}
