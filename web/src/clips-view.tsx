/** The clips of a session, and the form that asks for one. */
import { useState } from 'preact/hooks';
import { askClip, type SessionState, wordsOf } from './api.ts';
import { TokenInput } from './filters.tsx';
import { dateTime, duration } from './format.ts';
import { Status } from './status.tsx';
import { Table } from './table.tsx';
import { say } from './words.ts';

export function Clips({ session }: { session: SessionState }) {
  return (
    <>
      <h3>{say('clips')}</h3>
      {session.clips.length > 0 && (
        <Table
          head={[
            say('title'),
            say('clipFrom'),
            say('duration'),
            say('state'),
            say('video'),
            say('parts'),
            say('error'),
          ]}
        >
          {session.clips.map((clip) => (
            <tr key={clip.token}>
              <td title={clip.token}>{clip.title}</td>
              <td>{dateTime(clip.from)}</td>
              <td>{duration((clip.to - clip.from) / 1000)}</td>
              <td>
                <Status of={clip.state} />
              </td>
              <td>
                {clip.videoId === null ? (
                  '–'
                ) : (
                  <a href={`#/video/${encodeURIComponent(clip.videoId)}`}>
                    <code>{clip.videoId}</code>
                  </a>
                )}{' '}
                {clip.status !== null && <Status of={clip.status} />}
              </td>
              <td>
                {clip.parts.map((part) => (
                  <div key={part.videoId}>
                    <code>{part.videoId.slice(0, 8)}…</code> {part.inSeconds}–{part.outSeconds ?? ''} s
                  </div>
                ))}
              </td>
              <td>{[clip.errorCode, clip.errorMessage].filter((text) => text !== null).join(': ') || '–'}</td>
            </tr>
          ))}
        </Table>
      )}
      <ClipForm sessionId={session.sessionId} />
    </>
  );
}

/** Seconds as a number; anything else is for the console to judge. */
function momentOf(value: FormDataEntryValue | null): number | string {
  const text = String(value ?? '').trim();
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
}

function ClipForm({ sessionId }: { sessionId: string }) {
  const [answer, setAnswer] = useState('');
  return (
    <form
      class="filters"
      onSubmit={(event) => {
        event.preventDefault();
        const data = new FormData(event.currentTarget);
        const textOf = (name: string) => String(data.get(name) ?? '').trim() || undefined;
        const body = {
          from: momentOf(data.get('from')),
          to: momentOf(data.get('to')),
          title: textOf('title'),
          templateGroupId: textOf('templateGroupId'),
        };
        askClip(sessionId, String(data.get('token')), body).then(
          () => setAnswer(say('asked')),
          (error: unknown) => setAnswer(wordsOf(error)),
        );
      }}
    >
      <input name="from" required placeholder={say('clipFromHint')} aria-label={say('clipFrom')} />
      <input name="to" required placeholder={say('clipToHint')} aria-label={say('clipTo')} />
      <input name="title" placeholder={say('title')} aria-label={say('title')} />
      <input name="templateGroupId" placeholder={say('templateGroup')} aria-label={say('templateGroup')} />
      <TokenInput label={say('token')} />
      <button type="submit">{say('cut')}</button>
      <output>{answer}</output>
    </form>
  );
}
