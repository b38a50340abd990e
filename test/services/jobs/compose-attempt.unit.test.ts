import { describe, expect, it } from 'vitest';
import type { FaultKind } from '../../../connectors/vod/index.ts';
import { production } from '../../../connectors/vod/production.ts';
import {
  beginCompose,
  type ComposeAnswer,
  continueCompose,
  defaultComposeRules,
} from '../../../services/jobs/compose-attempt.ts';
import { titleOf } from '../../../services/jobs/compose-jobs.ts';

const startMs = Date.UTC(2026, 2, 1, 12);

function fault(kind: FaultKind, code: string = kind): ComposeAnswer {
  return { kind: 'fault', fault: { kind, code, message: 'as scripted', accountWide: false } };
}

const produced: ComposeAnswer = { kind: 'produced', productId: 'media-1' };
const found: ComposeAnswer = { kind: 'searched', productIds: ['media-1', 'media-2'] };
const nothing: ComposeAnswer = { kind: 'searched', productIds: [] };

type Script = (call: string, turn: number) => ComposeAnswer;

/** The calls made, how it ended, and after how long, when the cloud answers like this. */
function play(
  mayHaveStarted: boolean,
  script: Script,
  ageMs = 0,
): { calls: readonly string[]; end: string; tookMs: number } {
  const calls: string[] = [];
  let nowMs = startMs;
  let step = beginCompose(mayHaveStarted, nowMs);
  while (step.do === 'call') {
    nowMs += step.afterMs;
    const call = step.attempt.call.kind;
    const answer = script(call, calls.length);
    calls.push(call);
    step = continueCompose({ plannedAt: startMs - ageMs }, step.attempt, answer, defaultComposeRules, nowMs, () => 0.5);
  }
  const { ending } = step;
  const end = ending.outcome === 'acknowledged' ? ending.productId : `${ending.outcome} ${ending.code}`;
  return { calls, end, tookMs: nowMs - startMs };
}

it('of more sources than the cloud takes is refused without asking it', async () => {
  const rpc = { call: () => Promise.reject(new Error('asked')), close: () => {} };
  const parts = Array.from({ length: 201 }, (_, n) => ({ mediaId: `media-${n}` }));
  const produce = production(rpc).produceEditingProjectVideo({ title: 'long', parts });
  await expect(produce).rejects.toMatchObject({ kind: 'terminal', code: 'TooManySources' });
});

const countOf = (calls: readonly string[], name: string) => calls.filter((call) => call === name).length;

describe('a composition that waited for longer than a day', () => {
  it('is not given up at its first fault, but when they go on', () => {
    const dayMs = 24 * 3_600_000;
    const once = (_call: string, turn: number) => (turn === 0 ? fault('throttled') : produced);
    expect(play(false, once, dayMs)).toMatchObject({ calls: ['produce', 'produce'], end: 'media-1' });
    expect(play(false, () => fault('throttled'), dayMs)).toMatchObject({ end: 'failed throttled' });
  });
});

describe('a composition that nobody has begun', () => {
  it('is produced at once', () => {
    expect(play(false, () => produced)).toMatchObject({ calls: ['produce'], end: 'media-1' });
  });

  it('is produced again only after answers that mean that nothing was done', () => {
    const answers = [fault('throttled'), fault('retryable'), fault('lagging'), produced];
    expect(play(false, (_call, turn) => answers[turn] ?? produced)).toMatchObject({
      calls: ['produce', 'produce', 'produce', 'produce'],
      end: 'media-1',
    });
  });

  it('is searched for after a time-out, until it shows', () => {
    const script: Script = (call, turn) => (call === 'produce' ? fault('ambiguous') : turn < 5 ? nothing : found);
    expect(play(false, script)).toMatchObject({ end: 'media-1' });
    expect(countOf(play(false, script).calls, 'produce')).toBe(1);
  });

  it('is never repeated after a time-out, but left to a person', () => {
    const { calls, end, tookMs } = play(false, (call) =>
      call === 'produce' ? fault('ambiguous', 'RequestTimeout') : nothing,
    );
    expect(end).toBe('in-doubt RequestTimeout');
    expect(countOf(calls, 'produce')).toBe(1);
    expect(tookMs).toBeGreaterThanOrEqual(defaultComposeRules.settleMs);
  });

  it('fails when refused, or when the segments never get ready', () => {
    expect(play(false, () => fault('terminal', 'InvalidParameter')).end).toBe('failed InvalidParameter');
    expect(play(false, () => fault('lagging', 'Forbidden.IllegalStatus')).end).toBe('failed Forbidden.IllegalStatus');
  });

  it('is searched for when the process slept before the call: another one may have taken over', () => {
    const script: Script = (call, turn) => (turn === 0 ? { kind: 'stale' } : call === 'search' ? nothing : produced);
    const { calls, tookMs } = play(false, script);
    expect(countOf(calls, 'search')).toBeGreaterThan(1);
    expect(tookMs).toBeGreaterThanOrEqual(defaultComposeRules.settleMs);
  });
});

describe('a composition that a predecessor may have begun', () => {
  it('is taken when it is found, the oldest first', () => {
    expect(play(true, () => found)).toMatchObject({ calls: ['search'], end: 'media-1' });
  });

  it('is produced only after it did not show for the settle time', () => {
    const { calls, end, tookMs } = play(true, (call) => (call === 'search' ? nothing : produced));
    expect(end).toBe('media-1');
    expect(countOf(calls, 'produce')).toBe(1);
    expect(tookMs).toBeGreaterThanOrEqual(defaultComposeRules.settleMs);
  });

  it('is not started while the search does not answer', () => {
    const { calls, end } = play(true, () => fault('retryable', 'ECONNREFUSED'));
    expect(end).toBe('in-doubt ECONNREFUSED');
    expect(countOf(calls, 'produce')).toBe(0);
  });
});

it('the title holds the whole token and stays within 128 bytes, whatever the stream is called', () => {
  const stream = { domainName: 'play.example.com', appName: 'live', streamName: '直播'.repeat(60) };
  const title = titleOf({ stream, token: 't'.repeat(50), clip: null });
  expect(title.endsWith(`[${'t'.repeat(50)}]`)).toBe(true);
  expect(Buffer.byteLength(title)).toBeLessThanOrEqual(128);
  expect(title).not.toContain('\uFFFD');
});
