import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderOf, videoTopology } from '../../../processors/video/index.ts';
import type { TranscodeJob } from '../../../schemas/generated/TranscodeJob.ts';
import type { VideoState } from '../../../schemas/generated/VideoState.ts';
import { check } from '../../support/property.ts';
import { anyHistory, type Delivered, retold } from '../arbitraries.ts';
import {
  at,
  atMs,
  bytesOf,
  type CallbackBody,
  composeStart,
  recorded,
  rendition,
  requested,
  snapshot,
  sourceReady,
  startMs,
  streamTranscoded,
  transcoded,
  videoId,
} from '../callbacks.ts';
import { comparable, throughTheLog } from '../encoding.ts';
import { bookOf, run, templateGroupId, transcodeBy } from '../run-topology.ts';

type By = 'cloud' | 'pipeline' | 'approval' | 'audited';

const policiesOf = (by: By) => {
  if (by !== 'audited') return transcodeBy(by);
  const rule = { transcode: 'pipeline', templateGroupId, beforeTranscode: { audit: true, cover: true } } as const;
  return bookOf([{ segments: rule, composed: rule }]);
};

/** One thing that may happen to a processor between and around its events. */
type Happening =
  | { readonly kind: 'event'; readonly index: number }
  | { readonly kind: 'policy'; readonly by: By }
  | { readonly kind: 'timer' }
  | { readonly kind: 'replay' }
  | { readonly kind: 'wait'; readonly seconds: number };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 12, arbitrary: fc.nat({ max: 16 }).map((index): Happening => ({ kind: 'event', index })) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('cloud', 'pipeline', 'approval', 'audited')
      .map((by): Happening => ({ kind: 'policy', by })),
  },
  { weight: 1, arbitrary: fc.constant<Happening>({ kind: 'timer' }) },
  { weight: 1, arbitrary: fc.constant<Happening>({ kind: 'replay' }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(60, 86_000, 40 * 86_400).map((seconds): Happening => ({ kind: 'wait', seconds })),
  },
);

/** A processor of one video, with its clock, its policies and its timers. */
function processor(by: By) {
  let topology = videoTopology({ policies: policiesOf(by) });
  let state: VideoState | null = null;
  let nowMs = startMs;
  const jobs: TranscodeJob[] = [];
  return {
    jobs,
    state: () => state,
    usePolicy(next: By) {
      topology = videoTopology({ policies: policiesOf(next) });
    },
    wait(seconds: number) {
      nowMs += seconds * 1000;
    },
    feed({ body, source }: Delivered) {
      const record = { key: videoId, value: bytesOf(body), headers: { source }, timestampMs: nowMs };
      const outcome = topology.step(state, record, { nowMs });
      if (outcome.kind !== 'next' || outcome.state === null) return;
      state = throughTheLog(outcome.state);
      for (const { topic, value } of outcome.emit) if (topic === 'transcode-jobs') jobs.push(value as TranscodeJob);
    },
    /** Fires the state's timer, moving the clock to its deadline. */
    fire() {
      const dueAtMs = state === null ? null : topology.timer?.dueAtMs(state);
      if (state === null || dueAtMs == null) return;
      nowMs = Math.max(nowMs, dueAtMs);
      const outcome = topology.timer?.fire(videoId, state, { nowMs });
      if (outcome?.kind === 'next') state = outcome.state;
    },
  };
}

const ld = rendition('job-ld', 'LD');
const isRequest = (body: CallbackBody): boolean => body.EventType === 'OperatorTranscodeRequest';
const byPerson =
  (AuditStatus: string) =>
  (seconds: number): CallbackBody => ({
    EventType: 'CreateAuditComplete',
    EventTime: at(seconds),
    VideoId: videoId,
    Status: 'success',
    AuditStatus,
  });
const passed = byPerson('Normal');
const blocked = byPerson('Blocked');

/** What belongs to a healthy segment or composed video, and gives no reason against a job. */
const healthy: readonly CallbackBody[] = [
  sourceReady(6),
  snapshot(60),
  streamTranscoded(90, ld),
  transcoded(91, [ld]),
  { EventType: 'NotKnownYetComplete', EventTime: 'never', VideoId: videoId },
];

describe('deciding on jobs', { timeout: 1_800_000 }, () => {
  it('plans each job at most once, whatever happens', () => {
    check(
      'at most one command per token',
      fc.property(anyHistory, fc.array(happening, { maxLength: 40 }), fc.boolean(), (history, happenings, audited) => {
        const one = processor(audited ? 'audited' : 'pipeline');
        for (const now of happenings) {
          if (now.kind === 'policy') one.usePolicy(now.by);
          else if (now.kind === 'timer') one.fire();
          else if (now.kind === 'wait') one.wait(now.seconds);
          else if (now.kind === 'replay') for (const body of history) one.feed(retold(body, false));
          else {
            const body = history[now.index];
            if (body !== undefined) one.feed(retold(body, now.index % 2 === 0));
          }
        }
        const tokens = one.jobs.map((job) => job.token);
        expect(new Set(tokens).size).toBe(tokens.length);
        const ledger = [...(one.state()?.jobs ?? []), ...(one.state()?.steps ?? [])].map((job) => job.token);
        expect(new Set(ledger).size).toBe(ledger.length);
      }),
    );
  });

  it('plans the job in every schedule that holds its cause in time', () => {
    const schedule = fc
      .tuple(
        fc.constantFrom(recorded(4), composeStart(4)),
        fc.array(fc.constantFrom(requested(7, 'a'), requested(90, 'b')), { maxLength: 2 }),
        fc.array(fc.nat({ max: 7 }), { maxLength: 6 }),
      )
      .chain(([announced, requests, again]) => {
        const all = [announced, ...healthy, ...requests];
        const copies = again.flatMap((i) => all[i] ?? []);
        return fc.shuffledSubarray([...all, ...copies], { minLength: all.length + copies.length });
      });
    check(
      'exactly one command with its cause in time',
      fc.property(schedule, fc.nat({ max: 86_390 }), (bodies, delaySeconds) => {
        const one = processor('pipeline');
        one.wait(delaySeconds);
        for (const body of bodies) one.feed(retold(body, false));
        const asked = new Set(bodies.filter(isRequest).map((body) => body.IdempotencyKey)).size;
        const decided = one.jobs.filter(({ generation }) => generation === 0);
        expect(decided).toMatchObject([{ templateGroupId }]);
        expect(one.jobs).toHaveLength(1 + asked);
      }),
    );
  });

  // A request that came before the announcement was answered under the policy for unknown streams, which has no audit.
  it('transcodes nothing before the audit, whenever the request comes', () => {
    const bodies = [recorded(4), sourceReady(6), snapshot(60), requested(7, 'a')];
    check(
      'no transcode before the audit',
      fc.property(fc.shuffledSubarray(bodies, { minLength: bodies.length }), (arrival) => {
        const one = processor('audited');
        for (const body of arrival) one.feed(retold(body, false));
        expect(new Set(one.jobs.map((job) => orderOf(job).kind))).toEqual(new Set(['AUDIT', 'SNAPSHOT']));
        one.feed(retold(passed(100), false));
        expect(one.jobs.flatMap((job) => (orderOf(job).kind === 'TRANSCODE' ? [job.generation] : []))).toEqual([0, 1]);
      }),
    );
  });

  // With the same key the later one would be the first again, of the first's time: the console refuses what is too soon.
  it('answers a request for an upload where some streams are audited, once no announcement is to be expected', () => {
    const one = processor('audited');
    for (const body of [sourceReady(6), requested(7, 'too soon')]) one.feed(retold(body, false));
    expect(one.jobs).toEqual([]);
    one.wait(2000);
    one.feed(retold(requested(2000, 'later'), false));
    expect(one.jobs).toMatchObject([{ purpose: 'UPLOAD', generation: 1 }]);
  });

  // The age was that of the source alone, so a block that came first was never lifted, and one that came second was.
  it('counts from the verdict where a person lifts a block', () => {
    const policies = transcodeBy('pipeline');
    for (const order of [
      [blocked(5), recorded(4), sourceReady(6)],
      [recorded(4), blocked(5), sourceReady(6)],
    ]) {
      const { state } = run(order, { policies });
      const twoDays = 2 * 86_400;
      const lifted = run([passed(twoDays)], { policies, from: state, now: twoDays + 5 });
      expect(lifted.jobs).toMatchObject([{ generation: 0, templateGroupId }]);
      expect(run([passed(twoDays)], { policies, from: state, now: twoDays + 90_000 }).jobs).toEqual([]);
    }
    // A verdict alone, without a block, makes nothing younger.
    const old = run([recorded(4), sourceReady(6)], { policies: transcodeBy('pipeline'), now: 90_000 }).state;
    expect(run([passed(90_000)], { policies, from: old, now: 90_005 }).jobs).toEqual([]);
  });

  // A rendition kept the status from DELETED, and with it the decision from seeing that there was nothing to transcode.
  it('plans nothing for a source that was deleted, until it is uploaded again', () => {
    const policies = transcodeBy('pipeline');
    const gone = { EventType: 'DeleteMediaComplete', EventTime: at(20), VideoId: videoId, DeleteType: 'mezzanine' };
    const { state, jobs } = run([sourceReady(6), transcoded(9, [ld]), gone, recorded(4), requested(30, 'a')], {
      policies,
    });
    expect(jobs).toEqual([]);
    expect(state).toMatchObject({ status: 'TRANSCODED', sourceGone: true, sourceUrl: null });
    const back = run([sourceReady(40)], { policies, from: state });
    expect(back.state?.sourceGone).toBe(false);
    expect(back.jobs.map(({ generation }) => generation)).toEqual([0, 1]);
  });

  // A transcode that failed kept the policy from deciding where it was heard of before the source was ready, and not after.
  it('leads to the same state in any order, however a transcode of the cloud ended', () => {
    const bodies = [recorded(4), ...healthy, transcoded(3, [], { Status: 'fail', ErrorCode: 'E.Bad' })];
    check(
      'the decided state does not depend on order',
      fc.property(fc.shuffledSubarray(bodies, { minLength: bodies.length }), (arrival) => {
        const [one, other] = [processor('pipeline'), processor('pipeline')];
        for (const body of bodies) one.feed(retold(body, false));
        for (const body of arrival) other.feed(retold(body, true));
        expect(comparable(other.state())).toBe(comparable(one.state()));
      }),
    );
  });

  it('plans nothing after maxActAge, and nothing for a video that is blocked or deleted', () => {
    const policies = bookOf([{ segments: { transcode: 'pipeline', templateGroupId }, maxActAgeSeconds: 600 }]);
    const topology = videoTopology({ policies });
    const against: readonly CallbackBody[] = [
      { EventType: 'CreateAuditComplete', EventTime: 'x', VideoId: videoId, AuditStatus: 'Blocked' },
      { EventType: 'DeleteMediaComplete', EventTime: 'x', VideoId: videoId, Status: 'success', DeleteType: 'all' },
    ].map((body) => ({ ...body, EventTime: '2026-03-01T10:00:03Z' }));
    const cases = [...against.map((reason) => ({ reason, age: 0 })), { reason: snapshot(3), age: 607 }];
    for (const { reason, age } of cases) {
      let state: VideoState | null = null;
      for (const body of [reason, recorded(4), sourceReady(6)]) {
        const record = { key: videoId, value: bytesOf(body), headers: {}, timestampMs: startMs };
        const outcome = topology.step(state, record, { nowMs: atMs(age) });
        if (outcome.kind !== 'next') throw new Error(outcome.kind);
        expect(outcome.emit.filter((one) => one.topic === 'transcode-jobs')).toEqual([]);
        state = outcome.state;
      }
      expect(state?.jobs).toEqual([]);
    }
  });
});
