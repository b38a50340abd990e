import { render } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { DeadLettersView } from './dead-letters-view.tsx';
import { JobsView } from './jobs-view.tsx';
import { LatencyView } from './latency-view.tsx';
import { Login } from './login.tsx';
import { SessionView } from './session-view.tsx';
import { SessionsView } from './sessions-view.tsx';
import './style.css';
import { VideoView } from './video-view.tsx';
import { VideosView } from './videos-view.tsx';
import { language, say, type Word } from './words.ts';

/** `#/session/<id>` and the like; ids are percent-encoded. */
function useRoute(): readonly [view: string, id: string] {
  const read = () => {
    const [, view = 'sessions', id = ''] = location.hash.split('/');
    return [view || 'sessions', decoded(id)] as const;
  };
  const [route, setRoute] = useState(read);
  useEffect(() => {
    const changed = () => setRoute(read());
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return route;
}

/** A typed address may hold a stray percent sign. */
function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

function useTheme(): () => void {
  const [theme, setTheme] = useState(localStorage.getItem('theme') ?? '');
  useEffect(() => {
    if (theme === '') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    localStorage.setItem('theme', theme);
    dispatchEvent(new Event('themechange'));
  }, [theme]);
  const dark = theme === 'dark' || (theme === '' && matchMedia('(prefers-color-scheme: dark)').matches);
  return () => setTheme(dark ? 'light' : 'dark');
}

function App() {
  const [view, id] = useRoute();
  const [connected, setConnected] = useState(true);
  const [loginNeeded, setLoginNeeded] = useState(false);
  useEffect(() => {
    const needed = () => setLoginNeeded(true);
    addEventListener('loginneeded', needed);
    return () => removeEventListener('loginneeded', needed);
  }, []);
  const [, redraw] = useState(0);
  const switchTheme = useTheme();
  const switchLanguage = () => {
    language.current = language.current === 'en' ? 'zh' : 'en';
    localStorage.setItem('language', language.current);
    document.documentElement.lang = language.current;
    redraw((n) => n + 1);
  };
  const main = useRef<HTMLElement>(null);
  const shownBefore = useRef(false);
  // A screen reader and the keyboard go on in what was opened, not in what is gone.
  useEffect(() => {
    document.title = `${titleOf(view, id)} – live2vod`;
    if (shownBefore.current) main.current?.focus();
    shownBefore.current = true;
  }, [view, id]);
  const tab = (name: string, label: string) => (
    <a href={`#/${name}`} aria-current={view === name ? 'page' : undefined}>
      {label}
    </a>
  );
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        {say('skip')}
      </button>
      <header>
        <h1>
          <a href="#/sessions">live2vod</a>
        </h1>
        <nav>
          {tab('sessions', say('sessions'))}
          {tab('videos', say('videos'))}
          {tab('jobs', say('jobs'))}
          {tab('latency', say('latency'))}
          {tab('dead-letters', say('deadLetters'))}
        </nav>
        <span class={`connection ${connected ? 'up' : 'down'}`} role="status">
          {connected ? say('live') : say('reconnecting')}
        </span>
        <button type="button" onClick={switchLanguage} lang={language.current === 'en' ? 'zh' : 'en'}>
          {language.current === 'en' ? '中文' : 'English'}
        </button>
        <button type="button" onClick={switchTheme} aria-label={say('theme')}>
          ◐
        </button>
      </header>
      <main key={language.current} ref={main} tabIndex={-1}>
        {loginNeeded ? (
          <Login onDone={() => setLoginNeeded(false)} />
        ) : view === 'session' ? (
          <SessionView key={id} id={id} onConnection={setConnected} />
        ) : view === 'video' ? (
          <VideoView key={id} id={id} onConnection={setConnected} />
        ) : view === 'latency' ? (
          <LatencyView />
        ) : view === 'videos' ? (
          <VideosView onConnection={setConnected} />
        ) : view === 'jobs' ? (
          <JobsView />
        ) : view === 'dead-letters' ? (
          <DeadLettersView />
        ) : (
          <SessionsView onConnection={setConnected} />
        )}
      </main>
    </>
  );
}

const titles: Readonly<Record<string, Word>> = {
  videos: 'videos',
  jobs: 'jobs',
  latency: 'latency',
  'dead-letters': 'deadLetters',
};

function titleOf(view: string, id: string): string {
  if (view === 'session') return `${say('session')} ${id}`;
  if (view === 'video') return `${say('video')} ${id}`;
  return say(titles[view] ?? 'sessions');
}

const root = document.getElementById('app');
if (root) render(<App />, root);
