/** What could not be used, newest first, why, and a way to send it through again. */
import { useCallback, useEffect, useState } from 'preact/hooks';
import { type DeadLetter, readDeadLetters, redrive, wordsOf } from './api.ts';
import { Choice, TokenInput } from './filters.tsx';
import { bytes, dateTime } from './format.ts';
import { usePages } from './pages.ts';
import { Table } from './table.tsx';
import { say } from './words.ts';

const refreshMs = 15_000;
const pageSize = '50';

export function DeadLettersView() {
  const [reason, setReason] = useState('');
  const [reasons, setReasons] = useState<readonly string[]>([]);
  const read = useCallback(
    (cursor: string | null) =>
      readDeadLetters({
        limit: pageSize,
        ...(reason === '' ? {} : { reason }),
        ...(cursor === null ? {} : { cursor }),
      }),
    [reason],
  );
  const { items: letters, problem, more, change } = usePages(read, refreshMs);
  useEffect(() => {
    if (letters) setReasons((known) => [...new Set([...known, ...letters.map((letter) => letter.reason)])]);
  }, [letters]);
  const sent = (id: string) =>
    change((letter) => (letter.id === id ? { ...letter, redrivenTime: letter.redrivenTime ?? Date.now() } : letter));

  if (problem && !letters) return <p class="problem">{problem}</p>;
  if (!letters && reasons.length === 0) return <p class="empty">…</p>;
  return (
    <section>
      <h2>{say('deadLetters')}</h2>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <Choice label={say('reason')} all={say('allReasons')} options={reasons} value={reason} onChange={setReason} />
        <TokenInput label={say('token')} />
      </form>
      {problem && <p class="problem">{problem}</p>}
      {!letters || letters.length === 0 ? (
        <p class="empty">{letters ? say('noLetters') : '…'}</p>
      ) : (
        <Table
          head={[say('time'), say('stage'), say('reason'), say('key'), say('origin'), say('content'), say('redrive')]}
        >
          {letters.map((letter) => (
            <Letter key={letter.id} letter={letter} onSent={() => sent(letter.id)} />
          ))}
        </Table>
      )}
      {more && (
        <button type="button" class="more" onClick={more}>
          {say('more')}
        </button>
      )}
    </section>
  );
}

function Letter({ letter, onSent }: { letter: DeadLetter; onSent: () => void }) {
  const [answer, setAnswer] = useState('');
  const { origin } = letter;
  const send = () =>
    redrive(letter, sessionStorage.getItem('token') ?? '').then(onSent, (error: unknown) => setAnswer(wordsOf(error)));
  return (
    <tr>
      <td>{dateTime(letter.time)}</td>
      <td>{letter.stage}</td>
      <td>
        {letter.reason}
        <br />
        <small class="wrapped">{letter.error}</small>
      </td>
      <td>
        <code>{letter.key ?? '–'}</code>
      </td>
      <td>
        {origin ? origin.topic : say('aBody')}
        <br />
        {origin && <small>{`${origin.partition}:${origin.offset}`}</small>}
      </td>
      <td>
        <details>
          <summary>{bytes(letter.sizeBytes)}</summary>
          <pre>{letter.excerpt}</pre>
        </details>
      </td>
      <td>
        {letter.redrivenTime === null ? (
          <button type="button" onClick={() => void send()}>
            {say('redrive')}
          </button>
        ) : (
          <small class="wrapped">{`${say('redriven')} ${dateTime(letter.redrivenTime)}`}</small>
        )}{' '}
        <output>{answer}</output>
      </td>
    </tr>
  );
}
