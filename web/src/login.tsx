import { useState } from 'preact/hooks';
import { login, wordsOf } from './api.ts';
import { say } from './words.ts';

/** Asks for the token for reading. The browser keeps what it is given for it, where no script can read it. */
export function Login({ onDone }: { onDone: () => void }) {
  const [answer, setAnswer] = useState('');
  return (
    <form
      class="filters"
      aria-label={say('login')}
      onSubmit={(event) => {
        event.preventDefault();
        const token = String(new FormData(event.currentTarget).get('token'));
        login(token).then(onDone, (error: unknown) => setAnswer(wordsOf(error)));
      }}
    >
      <input
        name="token"
        type="password"
        required
        autocomplete="current-password"
        placeholder={say('readToken')}
        aria-label={say('readToken')}
      />
      <button type="submit">{say('login')}</button>
      <output>{answer}</output>
    </form>
  );
}
