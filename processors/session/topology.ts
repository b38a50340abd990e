/**
 * The session processor: facts about videos in, the state of each live session out.
 *
 *   stream-facts ──> the latest fact per video ──> sessions ──> session-state (what changed)
 *                         (stream-state)              └───────> compose-jobs (once per session that we compose)
 *   timer ──> time passes for this stream ──────────────┘
 */
import type { StreamFact } from '../../schemas/generated/StreamFact.ts';
import type { Composition, StreamRef, StreamState, StreamVideo } from '../../schemas/generated/StreamState.ts';
import { compositionKeyOf } from '../composition-token.ts';
import { streamKeyOf } from '../stream-key.ts';
import type { Emission, Outcome, Topology } from '../topology.ts';
import { Archive, emptyState, pageStartOf, reachMs } from './archive.ts';
import { withDecision } from './clips.ts';
import { fileOf } from './composition-parts.ts';
import { isInPlace, newsOf, videoOf } from './facts.ts';
import { type Change, judge, type Part } from './history.ts';
import { compositionOf, homeOf, isOfJob } from './ledger.ts';
import { liveFollowedMs, withLiveEvent } from './live-recording.ts';
import { keep } from './records.ts';
import { isTooOld, looseUntil } from './retention.ts';
import { rulesOf, type SessionPolicies, type SessionRules } from './rules.ts';
import { settledBefore, stubsAt, withoutStubs } from './settled-before.ts';
import { placeOf } from './times.ts';

/**
 * The topology of the session processor. A record only adds to the facts; time passes for a stream by timers alone, so
 * a backlog never ends a show early and the order of arrival never matters.
 *
 * @param options.policies what holds for a stream; a changed policy is seen with the next fact or timer of one of the stream's
 *   newest shows, and by an archived show with its own
 */
export function sessionTopology(options: { readonly policies: SessionPolicies }): Topology<StreamState> {
  const rulesFor = (stream: StreamRef) => rulesOf(options.policies.policyFor(stream));

  return {
    name: 'session',
    input: 'stream-facts',
    changelog: 'stream-state',
    outputs: ['session-state', 'compose-jobs'],
    step(before, record, { nowMs, read }) {
      const fact = record.value as StreamFact | null;
      if (!fact) return { kind: 'dead-letter', reason: 'empty', error: 'a fact without a value means nothing' };
      const key = streamKeyOf(fact.stream);
      if (key !== record.key)
        return {
          kind: 'dead-letter',
          reason: 'wrong-key',
          error: `the fact is about ${key}, its key is ${record.key}`,
        };
      const own = before ?? emptyState(fact.stream);
      const archive = read ? new Archive(fact.stream, read) : null;
      const rules = rulesFor(fact.stream);
      if (fact.live) {
        const liveEvents = withLiveEvent(own.liveEvents, fact.live);
        if (liveEvents === own.liveEvents) return { kind: 'drop', reason: 'duplicate' };
        if (fact.live.time + liveFollowedMs(rules) <= nowMs)
          return { kind: 'drop', reason: 'older-than-retention', labels: tooOld };
        const places = [fact.live.startTime ?? fact.live.time];
        return outcomeOf(key, { ...own, liveEvents }, archive, [{ places, add: [] }], rules, nowMs);
      }
      const held = heldFact(own, archive, fact.videoId);
      const video = withDecision(videoOf(fact), held?.video);
      const news = newsOf(video, held?.video);
      if (news !== 'new') return { kind: 'drop', reason: news };
      if (!held) {
        if (settledBefore(own, archive, video)) return { kind: 'drop', reason: 'settled' };
        if (isTooOld(video, rules, nowMs)) return { kind: 'drop', reason: 'older-than-retention', labels: tooOld };
      }
      const home = homeFor(own, archive, video);
      return outcomeOf(key, own, archive, changesOf(home, video, held), rules, nowMs);
    },
    timer: {
      dueAtMs: ({ dueAt, liveDueAt }) => (isLiveFirst(dueAt, liveDueAt) ? liveDueAt : dueAt),
      /** Time passes to the deadline and no further: of what lies between it and now not everything may be known yet. */
      fire(key, state, { nowMs, read }) {
        const { stream } = state;
        const archive = read ? new Archive(stream, read) : null;
        // What follows from Live's callbacks never moves the clock by which sessions end and are composed.
        const live = isLiveFirst(state.dueAt, state.liveDueAt);
        const clock = live ? state.clock : Math.max(state.clock, state.dueAt ?? 0);
        const liveClock = Math.max(state.liveClock, live ? (state.liveDueAt ?? 0) : 0);
        const page = pageStartOf(key);
        const ownKey = streamKeyOf(stream);
        const own = key === ownKey ? { ...state, liveClock } : (read?.(ownKey) ?? emptyState(stream));
        const rules = rulesFor(stream);
        if (archive && key === archive.stubsKey) return stubsOutcome(own, state, clock, rules);
        const places = page === null ? [] : [page];
        return outcomeOf(key, own, archive, [{ places, clock }], rules, nowMs);
      },
    },
  };
}

function isLiveFirst(dueAt: number | null, liveDueAt: number | null): boolean {
  return liveDueAt !== null && (dueAt === null || liveDueAt < dueAt);
}

const tooOld = { result: 'older-than-retention' };

/** What is held about a video, in the own record or in a page, and where. */
type Held = { readonly video: StreamVideo; readonly home: number; readonly record: StreamState };

function heldFact(own: StreamState, archive: Archive | null, videoId: string): Held | undefined {
  const video = own.videos.find((other) => other.videoId === videoId);
  if (video) return { video, home: homeOf(video, own.compositions), record: own };
  if (archive === null || own.archived === 0) return undefined;
  const home = archive.placeOf('v', videoId);
  if (home === null) return undefined;
  const startMs = archive.startAt(home);
  const page = startMs === null ? null : archive.page(startMs);
  const found = page?.state.videos.find((other) => other.videoId === videoId);
  return found && page ? { video: found, home, record: page.state } : undefined;
}

/** Where a fact is to be kept: with the session that we composed it of, else at its own time. */
function homeFor(own: StreamState, archive: Archive | null, video: StreamVideo): number {
  if (video.composeJob === null) return placeOf(video);
  const planned = compositionOf(video, own.compositions)?.sessionStart;
  return planned ?? archive?.placeOf('c', compositionKeyOf(video.composeJob.token)) ?? placeOf(video);
}

/**
 * A fact that moves in time by more than what depends on one another is taken away and then added. A composition goes with
 * the first of its files.
 */
function changesOf(home: number, video: StreamVideo, held: Held | undefined): readonly Change[] {
  if (!held) return [{ places: [home], add: [video] }];
  const file = fileOf(video);
  const going = held.home === home ? [] : held.record.compositions.filter(({ files }) => files[0] === file);
  const leave = going.map(({ token }) => compositionKeyOf(token));
  const join = going.map((composition) => ({ ...composition, sessionStart: home }));
  const inPlace = isInPlace(video, held.video);
  if (Math.abs(home - held.home) <= reachMs) return [{ places: [home, held.home], add: [video], leave, join, inPlace }];
  const products = held.record.videos.filter((other) => compositionOf(other, going) !== undefined);
  const forget = [video, ...products].map(({ videoId }) => videoId);
  return [
    { places: [held.home], forget, leave },
    { places: [home], add: [video, ...products], join },
  ];
}

function outcomeOf(
  key: string,
  before: StreamState,
  archive: Archive | null,
  changes: readonly Change[],
  rules: SessionRules,
  nowMs: number,
): Outcome<StreamState> {
  const emit: Emission[] = [];
  let own = archive ? withoutStubs(before, archive, rules) : before;
  const left = [...changes];
  for (let change = left.shift(); change; change = left.shift()) {
    const part = judge(own, archive, change, rules, nowMs);
    own = keep(own, archive, part, rules);
    emit.push(...part.turned.emit);
    for (const composition of part.turned.taken) left.push(...following(composition, own, archive, part));
  }
  const ownKey = streamKeyOf(own.stream);
  const states = new Map<string, StreamState | null>(archive?.changes);
  states.set(ownKey, own);
  if (isOver(own, rules)) {
    // Facts without any time can't wait for anything: with nothing else to follow the next timer lets them go.
    const isTimer = changes.every(({ add }) => add === undefined);
    states.set(ownKey, isTimer ? null : { ...own, dueAt: own.clock + 1 });
  }
  const state = states.get(key) ?? null;
  states.delete(key);
  return { kind: 'next', state, ...(state === null ? { reason: 'retired' } : {}), others: states, emit };
}

/**
 * A decision changes whose composed videos are. After a replay its product may have been heard of before: it is taken in.
 */
function following(
  { token, sessionStart }: Composition,
  own: StreamState,
  archive: Archive | null,
  part: Part,
): readonly Change[] {
  const key = compositionKeyOf(token);
  const known = [...own.videos, ...part.turned.videos, ...(archive?.productsOf(key) ?? [])];
  const products = new Map(known.filter((video) => isOfJob(video, key)).map((video) => [video.videoId, video]));
  const forgotten = [...products.values()].map((video) => ({ places: [placeOf(video)], forget: [video.videoId] }));
  return [...forgotten, { places: [sessionStart], add: [...products.values()] }];
}

/** Time passes for what an earlier release has left of sessions. */
function stubsOutcome(own: StreamState, stubs: StreamState, clock: number, rules: SessionRules): Outcome<StreamState> {
  const left = stubsAt(stubs, clock, rules);
  if (left.stubs !== null) return { kind: 'next', state: left.stubs, emit: left.emit };
  const next = { ...own, archived: own.archived - 1 };
  const others = new Map([[streamKeyOf(own.stream), isOver(next, rules) ? null : next]]);
  return { kind: 'next', state: null, reason: 'retired', others, emit: left.emit };
}

/** Nothing is left that time or a later fact could change. */
function isOver(own: StreamState, rules: SessionRules): boolean {
  const { sessions, archived, settled, videos, liveEvents } = own;
  return (
    sessions.length + archived + settled.length + liveEvents.length === 0 &&
    videos.every((video) => looseUntil(video, rules) === null)
  );
}
