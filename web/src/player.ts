/**
 * The player, a document of its own in a frame: it alone may load from where a video lies, as its Content-Security-Policy
 * says for that one video; the page around it loads from the console only.
 */
import Hls from 'hls.js';
import type { PlayerSaid, PlayOrder } from './player-messages.ts';
import './player.css';

const video = document.querySelector('video');
let list: Hls | null = null;

const say = (player: PlayerSaid['player']) => parent.postMessage({ player } satisfies PlayerSaid, location.origin);

function play(into: HTMLVideoElement, { url, format, poster }: PlayOrder): void {
  list?.destroy();
  list = null;
  if (poster === null) into.removeAttribute('poster');
  else into.poster = poster;
  if (format === 'm3u8' && Hls.isSupported()) {
    // A worker would be a blob, which the policy doesn't let run.
    list = new Hls({ enableWorker: false });
    list.on(Hls.Events.ERROR, (_event, { fatal }) => fatal && say('failed'));
    list.loadSource(url);
    list.attachMedia(into);
  } else {
    into.src = url;
  }
  // Where the browser wants a person to start it, the controls are there.
  into.play().catch(() => undefined);
}

if (video) {
  video.addEventListener('error', () => say('failed'));
  video.addEventListener('playing', () => say('playing'));
  addEventListener('message', ({ origin, source, data }: MessageEvent<PlayOrder>) => {
    if (origin === location.origin && source === parent) play(video, data);
  });
  say('ready');
}
