/**
 * One live subscription for all tabs of a browser: HTTP/1.1 allows six connections to a host, so six tabs with a stream
 * each would leave none for anything else. Runs in a worker that the tabs share.
 */
import { type Change, type Query, wants } from './change.ts';

/** From a tab. A member joins once; it says that it is alive, since a port doesn't tell when its tab is gone. */
export type ToHub =
  | { readonly kind: 'join'; readonly query: Query; readonly base: string }
  | { readonly kind: 'start'; readonly position: string | null }
  | { readonly kind: 'alive' }
  | { readonly kind: 'leave' };

/** To a tab. */
export type FromHub =
  /** The first member reads before there is a stream, and answers with `start`: from where to follow. */
  | { readonly kind: 'read-first' }
  /** Every change from now on comes: what is read now has no gap before them. */
  | { readonly kind: 'joined' }
  /** Everything up to now has come. */
  | { readonly kind: 'live' }
  | { readonly kind: 'change'; readonly change: Change }
  /** All that is shown must be read anew. */
  | { readonly kind: 'reset' }
  /** The connection is gone; the browser makes another one by itself. */
  | { readonly kind: 'interrupted' }
  /** The browser has given up, as it does when anything but events is answered. */
  | { readonly kind: 'closed' };

/** What the hub needs of a `MessagePort`. */
export type HubPort = {
  postMessage(message: FromHub): void;
  onmessage: ((event: MessageEvent<ToHub>) => void) | null;
  close(): void;
};

type Member = { readonly port: HubPort; readonly query: Query; joined: boolean; heardAtMs: number };

export const aliveEveryMs = 15_000;
const goneAfterMs = 4 * aliveEveryMs;

export class EventHub {
  readonly #members = new Map<HubPort, Member>();
  #base = '';
  /** Reads before there is a stream; the others wait for it. */
  #first: Member | null = null;
  #source: EventSource | null = null;
  #query = '';
  /** The last event's id, null before the first one and where the console gave no position. */
  #position: string | null = null;
  #live = false;

  add(port: HubPort): void {
    port.onmessage = ({ data }) => this.#hear(port, data);
  }

  /** Lets members go whose tab is gone; to be called from time to time. */
  dropSilent(nowMs = performance.now()): void {
    for (const { port, heardAtMs } of [...this.#members.values()])
      if (nowMs - heardAtMs > goneAfterMs) this.#leave(port);
  }

  #hear(port: HubPort, message: ToHub): void {
    const member = this.#members.get(port);
    if (message.kind === 'join' && !member) {
      this.#base = message.base;
      const joining = { port, query: message.query, joined: false, heardAtMs: performance.now() };
      this.#members.set(port, joining);
      if (this.#source) this.#admit(joining);
      else this.#chooseFirst();
    } else if (member) {
      member.heardAtMs = performance.now();
      if (message.kind === 'leave') this.#leave(port);
      if (message.kind === 'start' && member === this.#first) this.#start(member, message.position);
    }
  }

  #chooseFirst(): void {
    if (this.#first) return;
    const [next] = this.#members.values();
    this.#first = next ?? null;
    next?.port.postMessage({ kind: 'read-first' });
  }

  #start(first: Member, position: string | null): void {
    this.#first = null;
    this.#position = position;
    first.joined = true;
    this.#tune();
    for (const member of this.#members.values()) if (!member.joined) this.#admit(member);
  }

  #admit(member: Member): void {
    member.joined = true;
    this.#tune();
    member.port.postMessage({ kind: 'joined' });
    if (this.#live) member.port.postMessage({ kind: 'live' });
  }

  #leave(port: HubPort): void {
    const member = this.#members.get(port);
    if (!member) return;
    this.#members.delete(port);
    port.close();
    if (member === this.#first) this.#first = null;
    if (this.#source) this.#tune();
    else this.#chooseFirst();
  }

  /** Follows what the members want: what they all want, else everything. */
  #tune(): void {
    const wanted = [...this.#members.values()].filter(({ joined }) => joined).map(({ query }) => query);
    const [one] = wanted;
    if (!one) {
      this.#forget();
      this.#chooseFirst();
      return;
    }
    const text = String(new URLSearchParams(one));
    const query = wanted.every((other) => String(new URLSearchParams(other)) === text) ? text : '';
    if (this.#source && this.#query === query) return;
    this.#source?.close();
    this.#open(query);
  }

  #open(query: string): void {
    const url = new URL(`api/events?${query}`, this.#base);
    if (this.#position !== null) url.searchParams.set('lastEventId', this.#position);
    const source = new EventSource(url);
    this.#source = source;
    this.#query = query;
    this.#live = false;
    const changed = (event: MessageEvent<string>) => {
      this.#position = event.lastEventId || this.#position;
      const change = JSON.parse(event.data) as Change;
      const kind = event.type === 'video' ? 'videos' : 'sessions';
      for (const { port, joined, query: wanted } of this.#members.values())
        if (joined && wants(wanted, kind, change)) port.postMessage({ kind: 'change', change });
    };
    source.addEventListener('video', changed);
    source.addEventListener('session', changed);
    source.addEventListener('live', (event: MessageEvent<string>) => {
      this.#position = event.lastEventId || this.#position;
      this.#live = true;
      this.#tell({ kind: 'live' });
    });
    source.addEventListener('reset', () => this.#end({ kind: 'reset' }));
    source.onerror = () => {
      this.#live = false;
      if (source.readyState === EventSource.CLOSED) this.#end({ kind: 'closed' });
      else this.#tell({ kind: 'interrupted' });
    };
  }

  #tell(message: FromHub): void {
    for (const { port, joined } of this.#members.values()) if (joined) port.postMessage(message);
  }

  /** Members that are told so join anew with another port. */
  #end(message: FromHub): void {
    const members = [...this.#members.values()];
    this.#members.clear();
    this.#first = null;
    this.#forget();
    for (const { port } of members) port.postMessage(message);
  }

  #forget(): void {
    this.#source?.close();
    this.#source = null;
    this.#position = null;
    this.#live = false;
  }
}
