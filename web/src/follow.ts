/** A tab's part of the live subscription. */
import type { Change, Query } from './change.ts';
import { aliveEveryMs, EventHub, type FromHub, type HubPort, type ToHub } from './event-hub.ts';

export type FollowHandlers = {
  /** Reads what is shown; every change after the position that it gives will come, and maybe some from before it. */
  readonly read: () => Promise<string | null>;
  readonly onChange: (change: Change) => void;
  readonly onLive: () => void;
  readonly onReset: () => void;
  readonly onInterrupted: () => void;
  readonly onClosed: () => void;
  /** `read` failed. */
  readonly onUnread: (error: unknown) => void;
};

/** Changes that wait for `read`; with more, reading anew is cheaper. */
const mostWaiting = 20_000;

/** Follows changes until the function that it returns is called. */
export function follow(query: Query, handlers: FollowHandlers): () => void {
  const port = connect(() => ended(handlers.onClosed));
  const send = (message: ToHub) => port.postMessage(message);
  let over = false;
  let waiting: Change[] | null = [];
  const alive = setInterval(() => send({ kind: 'alive' }), aliveEveryMs);
  const stop = () => {
    if (over) return;
    over = true;
    clearInterval(alive);
    removeEventListener('pagehide', stop);
    send({ kind: 'leave' });
    port.close();
  };
  addEventListener('pagehide', stop);

  const read = async () => {
    try {
      const position = await handlers.read();
      if (over) return;
      send({ kind: 'start', position });
      for (const change of waiting ?? []) handlers.onChange(change);
      waiting = null;
    } catch (error) {
      if (over) return;
      stop();
      handlers.onUnread(error);
    }
  };
  const ended = (then: () => void) => {
    stop();
    then();
  };
  port.onmessage = ({ data }: MessageEvent<FromHub>) => {
    if (over) return;
    if (data.kind === 'read-first' || data.kind === 'joined') void read();
    else if (data.kind === 'live') handlers.onLive();
    else if (data.kind === 'interrupted') handlers.onInterrupted();
    else if (data.kind === 'closed') ended(handlers.onClosed);
    else if (data.kind === 'reset') ended(handlers.onReset);
    else if (waiting === null) handlers.onChange(data.change);
    else if (waiting.push(data.change) > mostWaiting) ended(handlers.onReset);
  };
  send({ kind: 'join', query, base: document.baseURI });
  return stop;
}

let shared = typeof SharedWorker !== 'undefined';

/** A port to the hub that all tabs share; where the browser has no shared workers, to one of this tab's own. */
function connect(onFailed: () => void): MessagePort {
  if (shared) {
    const worker = new SharedWorker(new URL('./event-worker.ts', import.meta.url), { type: 'module' });
    worker.onerror = () => {
      shared = false;
      onFailed();
    };
    return worker.port;
  }
  const { port1, port2 } = new MessageChannel();
  new EventHub().add(port2 as HubPort);
  return port1;
}
