/** What could not be used, newest first, why, and a way to send it through again. */
import { useEffect, useState } from 'preact/hooks';
import { type DeadLetter, readDeadLetters, redrive, wordsOf } from './api.ts';
import { Choice, TokenInput } from './filters.tsx';
import { bytes, dateTime } from './format.ts';
import { Table } from './table.tsx';
import { say } from './words.ts';

const refreshMs = 15_000;
const pageSize = 50;

export function DeadLettersView() {
  const [letters, setLetters] = useState<readonly DeadLetter[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [limit, setLimit] = useState(pageSize);
  const [reason, setReason] = useState('');
  const [reasons, setReasons] = useState<readonly string[]>([]);
  const [problem, setProblem] = useState('');
  const load = () =>
    readDeadLetters({ limit: String(limit), ...(reason === '' ? {} : { reason }) }).then(
      ({ items, next: following }) => {
        setLetters(items);
        setNext(following);
        setReasons((known) => [...new Set([...known, ...items.map((letter) => letter.reason)])]);
        setProblem('');
      },
      (error: unknown) => setProblem(wordsOf(error)),
    );
  useEffect(() => {
    void load();
    const timer = setInterval(() => void load(), refreshMs);
    return () => clearInterval(timer);
  }, [limit, reason]);

  if (problem && !letters) return <p class="problem">{problem}</p>;
  if (!letters) return <p class="empty">…</p>;
  return (
    <section>
      <h2>{say('deadLetters')}</h2>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <Choice label={say('reason')} all={say('allReasons')} options={reasons} value={reason} onChange={setReason} />
        <TokenInput label={say('token')} />
      </form>
      {problem && <p class="problem">{problem}</p>}
      {letters.length === 0 ? (
        <p class="empty">{say('noLetters')}</p>
      ) : (
        <Table
          head={[say('time'), say('stage'), say('reason'), say('key'), say('origin'), say('content'), say('redrive')]}
        >
          {letters.map((letter) => (
            <Letter key={letter.id} letter={letter} onSent={() => void load()} />
          ))}
        </Table>
      )}
      {next !== null && limit < 500 && (
        <button type="button" class="more" onClick={() => setLimit(Math.min(500, limit + pageSize))}>
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
