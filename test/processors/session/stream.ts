/** A stream in a test: facts in, sessions out, with the state encoded and decoded between any two turns if wanted. */
import avro from 'avsc';
import { rulesOf, type SessionPolicy, sessionTopology } from '../../../processors/session/index.ts';
import type { Emission } from '../../../processors/topology.ts';
import { avroSchema } from '../../../schemas/avro.ts';
import type { ComposeJob } from '../../../schemas/generated/ComposeJob.ts';
import type { SessionState } from '../../../schemas/generated/SessionState.ts';
import type { StreamFact } from '../../../schemas/generated/StreamFact.ts';
import type { StreamState } from '../../../schemas/generated/StreamState.ts';

export const stream = { domainName: 'play.example.com', appName: 'live', streamName: 'room-42' };
export const streamKey = 'play.example.com/live/room-42';
/** 2026-03-01T10:00:00Z: minute 0 of all examples. */
export const startMs = Date.UTC(2026, 2, 1, 10);
export const minuteMs = 60_000;
export const dayMs = 24 * 60 * minuteMs;

const streamStateType = avro.Type.forSchema(avroSchema('StreamState') as avro.Schema);
const sessionStateType = avro.Type.forSchema(avroSchema('SessionState') as avro.Schema);
const streamFactType = avro.Type.forSchema(avroSchema('StreamFact') as avro.Schema);
const composeJobType = avro.Type.forSchema(avroSchema('ComposeJob') as avro.Schema);

export type PolicyChange = Partial<Pick<SessionPolicy, 'maxActAgeSeconds' | 'retentionDays' | 'silentAfterSeconds'>> & {
  readonly recording?: Partial<SessionPolicy['recording']>;
  readonly composed?: Partial<SessionPolicy['composed']>;
};

/** 30-minute cycles, as the cloud was told, 3 minutes of disconnect delay, 5 of grace, composed by the cloud. */
export function policy(change: PolicyChange = {}): SessionPolicy {
  return {
    maxActAgeSeconds: 86_400,
    retentionDays: 30,
    silentAfterSeconds: 1800,
    ...change,
    recording: {
      cycleSeconds: 1800,
      cycleTold: true,
      disconnectDelaySeconds: 180,
      graceSeconds: 300,
      ...change.recording,
    },
    composed: { compose: 'cloud', transcode: 'cloud', ...change.composed },
  };
}

export const rules = (change: PolicyChange = {}) => rulesOf(policy(change));

/** All that a fact leaves open, as the schema has it. */
const blank = {
  ...Object.fromEntries(avroSchema('StreamFact').fields.map((field) => [(field as { name: string }).name, null])),
  stream,
  removed: false,
  videoRevision: 1,
  sourceOnly: 'NO',
} as unknown as StreamFact;

/** A segment recorded from minute to minute. */
export function segment(videoId: string, from: number, to: number, change: Partial<StreamFact> = {}): StreamFact {
  const [startTime, endTime] = [atMinute(from), atMinute(to)];
  const recording = { startTime, endTime };
  return { ...blank, videoId, kind: 'SEGMENT', status: 'RECORDED', recording, recordedTime: endTime + 4000, ...change };
}

/** A composed video whose composing began at that minute. */
export function composed(videoId: string, at: number, change: Partial<StreamFact> = {}): StreamFact {
  return { ...blank, videoId, kind: 'COMPOSED', status: 'ANNOUNCED', composeStartTime: atMinute(at), ...change };
}

export function atMinute(minute: number): number {
  return Math.round(startMs + minute * minuteMs);
}

export function sessionId(minute: number): string {
  return `${streamKey}/${new Date(atMinute(minute)).toISOString()}`;
}

export type Options = {
  readonly policy?: SessionPolicy;
  readonly recode?: boolean;
  /** One state per stream, as a runner without further keys keeps it. */
  readonly alone?: boolean;
};

/** Runs the session topology for one stream with a plain loop. */
export class StreamUnderTest {
  /** Every record of the store by key. */
  readonly states = new Map<string, StreamState>();
  readonly emissions: Emission[] = [];
  /** Latest record per session id; deleted by a tombstone. */
  readonly sessions = new Map<string, SessionState>();
  /** Reasons of tombstones by session id. */
  readonly tombstones = new Map<string, string>();
  readonly jobs: ComposeJob[] = [];
  readonly drops: string[] = [];
  /** Told of every key that is read. */
  onRead: ((key: string) => void) | undefined;
  #options: Options;
  #wallMs = startMs;
  #topology;

  constructor(options: Options = {}) {
    this.#options = options;
    this.#topology = sessionTopology({ policies: { policyFor: () => this.#options.policy ?? policy() } });
  }

  /** The stream's own record. */
  get state(): StreamState | null {
    return this.states.get(streamKey) ?? null;
  }

  /** The facts in all records, by id. */
  get facts(): StreamState['videos'] {
    return [...this.states.values()].flatMap(({ videos }) => videos).sort((a, b) => (a.videoId < b.videoId ? -1 : 1));
  }

  use(next: SessionPolicy): this {
    this.#options = { ...this.#options, policy: next };
    return this;
  }

  hear(...facts: readonly StreamFact[]): this {
    for (const fact of facts) this.hearAt(fact, this.#wallMs);
    return this;
  }

  /** A fact that arrives when the wall clock says `nowMs`. */
  hearAt(fact: StreamFact, nowMs: number): this {
    this.#wallMs = Math.max(this.#wallMs, nowMs);
    const value = this.#options.recode ? streamFactType.fromBuffer(streamFactType.toBuffer(fact)) : fact;
    const record = { key: streamKey, value, headers: {}, timestampMs: nowMs };
    return this.#take(streamKey, this.#topology.step(this.#read(streamKey), record, { nowMs, ...this.#reading }));
  }

  /** Time passes to that minute: every timer that is due by then fires, once the wall clock says so. */
  passTo(minute: number): this {
    this.#wallMs = Math.max(this.#wallMs, atMinute(minute));
    for (let turns = 0; ; turns += 1) {
      const [first] = [...this.states.entries()]
        .flatMap(([key, state]) => {
          const due = this.#topology.timer?.dueAtMs(state);
          return due == null || due > atMinute(minute) ? [] : [{ key, due }];
        })
        .sort((a, b) => a.due - b.due);
      if (!first) return this;
      if (turns > 20_000) throw new Error(`timers don't come to rest: due at ${first.due}`);
      this.#fire(first.key, first.due);
    }
  }

  #fire(key: string, due: number): void {
    const state = this.#read(key);
    const outcome = state && this.#topology.timer?.fire(key, state, { nowMs: this.#wallMs, ...this.#reading });
    if (outcome) this.#take(key, outcome);
    const left = this.states.get(key);
    const again = left && this.#topology.timer?.dueAtMs(left);
    if (again != null && again <= due) throw new Error(`${key} fired at ${due}, due again at ${again}`);
  }

  /** The sessions that aren't redirects, oldest first, without revisions. */
  get current(): Omit<SessionState, 'revision'>[] {
    return [...this.sessions.values()]
      .filter((session) => session.status !== 'MERGED')
      .sort((a, b) => a.startTime - b.startTime)
      .map(({ revision: _, ...rest }) => rest);
  }

  get only(): SessionState {
    const [session, ...others] = [...this.sessions.values()].filter((one) => one.status !== 'MERGED');
    if (!session || others.length > 0) throw new Error(`${others.length + (session ? 1 : 0)} sessions, not one`);
    return session;
  }

  /** The stored state as bytes, with these fields in place of its own; empty where there is none. */
  encodedWith(change: Partial<StreamState>): Buffer {
    return this.state ? streamStateType.toBuffer({ ...this.state, ...change }) : Buffer.alloc(0);
  }

  /** Bytes of a record of the store. */
  sizeOf(key: string): number {
    const state = this.states.get(key);
    return state ? streamStateType.toBuffer(state).length : 0;
  }

  get #reading() {
    return this.#options.alone ? {} : { read: (key: string) => this.#read(key) };
  }

  #read(key: string): StreamState | null {
    this.onRead?.(key);
    const state = this.states.get(key) ?? null;
    if (!this.#options.recode || !state) return state;
    return streamStateType.fromBuffer(streamStateType.toBuffer(state)) as StreamState;
  }

  #take(key: string, outcome: ReturnType<ReturnType<typeof sessionTopology>['step']>): this {
    if (outcome.kind === 'dead-letter') throw new Error(`${outcome.reason}: ${outcome.error}`);
    if (outcome.kind === 'drop') {
      this.drops.push(outcome.reason);
      return this;
    }
    for (const [other, state] of [[key, outcome.state] as const, ...(outcome.others ?? [])]) {
      if (state === null) this.states.delete(other);
      else this.states.set(other, state);
    }
    for (const emission of outcome.emit) this.#note(emission);
    return this;
  }

  #note(emission: Emission): void {
    this.emissions.push(emission);
    if (emission.topic === 'compose-jobs') {
      this.jobs.push(composeJobType.fromBuffer(composeJobType.toBuffer(emission.value)) as ComposeJob);
    } else if (emission.value === null) {
      this.sessions.delete(emission.key);
      this.tombstones.set(emission.key, emission.headers?.reason ?? '');
    } else {
      const session = sessionStateType.fromBuffer(sessionStateType.toBuffer(emission.value)) as SessionState;
      const before = this.sessions.get(emission.key);
      if (before && before.revision >= session.revision) throw new Error(`revision of ${emission.key} doesn't rise`);
      this.sessions.set(emission.key, session);
    }
  }
}
