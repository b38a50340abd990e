import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FaultKind } from '../../../connectors/vod/fault.ts';
import type { TranscodeTaskSummary } from '../../../connectors/vod/transcoding.ts';
import { beginTranscode, continueTranscode } from '../../../services/jobs/transcode-attempt.ts';
import {
  defaultAttemptRules,
  ourTask,
  type TranscodeAnswer,
  type TranscodePlan,
  type TranscodeStep,
} from '../../../services/jobs/transcode-plan.ts';

const plannedAt = Date.UTC(2026, 2, 1, 10, 0, 0, 700);
const plan: TranscodePlan = { templateGroupId: 'group-1', plannedAt, generation: 0 };

function fault(kind: FaultKind, code: string = kind): TranscodeAnswer {
  return { kind: 'fault', fault: { kind, code, message: 'as scripted', accountWide: false } };
}

function task(more: Partial<TranscodeTaskSummary> = {}): TranscodeTaskSummary {
  const createdAtMs = Math.floor(plannedAt / 1000) * 1000;
  return {
    taskId: 'task-1',
    videoId: 'video-1',
    templateGroupId: 'group-1',
    trigger: 'Manual',
    outcome: 'processing',
    createdAtMs,
    completedAtMs: null,
    ...more,
  };
}

const found: TranscodeAnswer = { kind: 'looked', tasks: [task()] };
const nothing: TranscodeAnswer = { kind: 'looked', tasks: [task({ taskId: 'auto', trigger: 'Auto' })] };
const submitted: TranscodeAnswer = { kind: 'submitted', taskId: 'task-1', jobIds: ['job-1'] };
const detailed: TranscodeAnswer = { kind: 'detailed', jobIds: ['job-1', 'job-2'] };

type Script = readonly TranscodeAnswer[] | ((call: string) => TranscodeAnswer);

/** The calls made and how it ended, when the cloud answers like this. */
function play(mayHaveStarted: boolean, script: Script, ageMs = 0): readonly string[] {
  const seen: string[] = [];
  let step = beginTranscode(mayHaveStarted);
  let nowMs = plannedAt + ageMs;
  for (let turn = 0; step.do === 'call'; turn++) {
    const call = step.attempt.call.kind;
    const answer = typeof script === 'function' ? script(call) : script[turn];
    if (!answer) break;
    seen.push(call);
    nowMs += step.afterMs;
    step = continueTranscode(plan, step.attempt, answer, defaultAttemptRules, nowMs, () => 0.5);
  }
  return [...seen, describeStep(step)];
}

function describeStep(step: TranscodeStep): string {
  if (step.do === 'call') return `then ${step.attempt.call.kind}`;
  const { ending } = step;
  return ending.outcome === 'acknowledged'
    ? `acknowledged ${ending.jobIds.join('+')}`
    : `${ending.outcome} ${ending.code}`;
}

const dayMs = 24 * 3_600_000;

describe('a job that waited for longer than a day', () => {
  // A runner that comes back after a day finds only old jobs, and meets its first throttling soon.
  it.each(['throttled', 'retryable', 'lagging'] as const)('is not given up at its first fault: %s', (kind) => {
    expect(play(false, [fault(kind), submitted], dayMs)).toEqual(['submit', 'submit', 'acknowledged job-1']);
    expect(play(true, [fault(kind), nothing, submitted], dayMs)).toEqual([
      'look',
      'look',
      'submit',
      'acknowledged job-1',
    ]);
  });

  it('is given up when they go on', () => {
    const calls = play(false, () => fault('throttled'), dayMs);
    expect(calls.at(-1)).toBe('failed throttled');
    expect(calls.length).toBe(defaultAttemptRules.triesBeforeGivingUp + 1);
  });

  it('is not submitted again once that may have worked', () => {
    const calls = play(false, (call) => (call === 'submit' ? fault('ambiguous') : nothing), dayMs);
    expect(calls.filter((call) => call === 'submit').length).toBe(1);
    expect(calls.at(-1)).toBe('in-doubt ambiguous');
  });
});

describe('a job that nobody has begun', () => {
  it('is submitted at once', () => {
    expect(play(false, [submitted])).toEqual(['submit', 'acknowledged job-1']);
  });

  it('is submitted again after the cloud refused it without doing anything', () => {
    expect(play(false, [fault('throttled'), fault('retryable'), fault('lagging'), submitted])).toEqual([
      'submit',
      'submit',
      'submit',
      'submit',
      'acknowledged job-1',
    ]);
  });

  it('is looked up after a time-out, and not submitted again when its task is there', () => {
    expect(play(false, [fault('ambiguous'), nothing, found, detailed])).toEqual([
      'submit',
      'look',
      'look',
      'detail',
      'acknowledged job-1+job-2',
    ]);
  });

  it('is submitted again with the same token when a time-out left no task', () => {
    const answers = [fault('ambiguous'), nothing, nothing, fault('already-submitted'), found, detailed];
    expect(play(false, answers)).toEqual([
      'submit',
      'look',
      'look',
      'submit',
      'look',
      'detail',
      'acknowledged job-1+job-2',
    ]);
  });

  it('is looked up when a lost submission set the video to work, so that its status is wrong for another', () => {
    expect(play(false, [fault('ambiguous'), nothing, nothing, fault('lagging'), found, detailed]).at(-1)).toBe(
      'acknowledged job-1+job-2',
    );
  });

  it('fails when the cloud says why, without asking further', () => {
    expect(play(false, [fault('terminal', 'InvalidVideo.NotFound')])).toEqual([
      'submit',
      'failed InvalidVideo.NotFound',
    ]);
  });

  it('is looked up before a refusal of unknown meaning is believed: it may be that of a repeated SessionId', () => {
    expect(play(false, [fault('terminal', 'Whatever.NobodyKnows'), found, detailed]).at(-1)).toBe(
      'acknowledged job-1+job-2',
    );
    expect(play(false, [fault('terminal', 'Whatever.NobodyKnows'), nothing, nothing])).toEqual([
      'submit',
      'look',
      'look',
      'failed Whatever.NobodyKnows',
    ]);
  });

  it('is left to a person when the cloud says it exists and never shows it', () => {
    const looks = Array.from({ length: defaultAttemptRules.looksBeforeDoubt }, () => nothing);
    expect(play(false, [fault('already-submitted', 'Repeated'), ...looks]).at(-1)).toBe('in-doubt Repeated');
  });

  it('fails when the video stays in a wrong status', () => {
    const lagging = (call: string) => (call === 'submit' ? fault('lagging', 'Forbidden.IllegalStatus') : nothing);
    expect(play(false, lagging).at(-1)).toBe('failed Forbidden.IllegalStatus');
  });

  it('is given up at last when the cloud stays away', () => {
    expect(play(false, () => fault('retryable', 'ECONNREFUSED')).at(-1)).toBe('failed ECONNREFUSED');
    expect(play(true, () => fault('retryable', 'ECONNREFUSED')).at(-1)).toBe('in-doubt ECONNREFUSED');
    const lost = (call: string) => (call === 'submit' ? fault('ambiguous', 'RequestTimeout') : nothing);
    expect(play(false, lost).at(-1)).toBe('in-doubt RequestTimeout');
  });
});

describe('a job that a predecessor may have begun', () => {
  it('is looked up first', () => {
    expect(play(true, [found, detailed])).toEqual(['look', 'detail', 'acknowledged job-1+job-2']);
    expect(play(true, [nothing, submitted])).toEqual(['look', 'submit', 'acknowledged job-1']);
  });

  it('is asked about again when the jobs of its task do not show yet; a task that packages has none', () => {
    const jobless: TranscodeAnswer = { kind: 'detailed', jobIds: [] };
    expect(play(true, [found, jobless, detailed])).toEqual(['look', 'detail', 'detail', 'acknowledged job-1+job-2']);
    expect(play(true, [found, jobless, jobless, jobless]).at(-1)).toBe('acknowledged ');
  });

  it('asks on while the cloud does not answer', () => {
    expect(play(true, [fault('retryable'), fault('throttled'), found, fault('retryable'), detailed]).at(-1)).toBe(
      'acknowledged job-1+job-2',
    );
  });
});

describe('finding the task', () => {
  it.each([
    ['a task of the cloud itself', task({ trigger: 'Auto' }), 0, false],
    ['another template group', task({ templateGroupId: 'group-2' }), 0, false],
    ['created in the second of the plan', task(), 0, true],
    ['an older one, by a person', task({ createdAtMs: plannedAt - 3_600_000 }), 0, true],
    ['an older one, of an earlier generation', task({ createdAtMs: plannedAt - 3_600_000 }), 1, false],
    ['a new one of a later generation', task({ createdAtMs: plannedAt + 2_000 }), 1, true],
  ])('%s', (_case, candidate, generation, ours) => {
    expect(ourTask({ ...plan, generation }, [candidate], defaultAttemptRules) !== null).toBe(ours);
  });

  it('prefers the first one since the plan to an older one', () => {
    const older = task({ taskId: 'older', createdAtMs: plannedAt - 60_000 });
    const newer = task({ taskId: 'newer', createdAtMs: plannedAt + 60_000 });
    expect(ourTask(plan, [newer, older, task()], defaultAttemptRules)?.taskId).toBe('task-1');
  });
});

/**
 * A cloud in a few lines: it keeps the SessionId rule of cloud facts 3.1 and shows a task `lag` looks late.
 * Each of its answers may be lost or replaced by a refusal.
 */
type Trouble = 'none' | 'lost' | 'before' | 'throttled' | 'lagging';

it('whatever happens on the way, the job is started exactly once and acknowledged', () => {
  const trouble = fc.constantFrom<Trouble>('none', 'lost', 'before', 'throttled', 'lagging');
  const lives = fc.array(fc.record({ troubles: fc.array(trouble, { maxLength: 6 }), crashAfter: fc.nat({ max: 8 }) }), {
    maxLength: 4,
  });
  fc.assert(
    fc.property(lives, fc.nat({ max: 3 }), (crashes, lag) => {
      let started = 0;
      let looks = 0;
      const answer = (kind: 'submit' | 'look' | 'detail', what: Trouble): TranscodeAnswer => {
        if (what === 'throttled') return fault('throttled');
        if (what === 'before') return fault(kind === 'submit' ? 'ambiguous' : 'retryable');
        if (kind === 'submit') {
          if (what === 'lagging') return fault('lagging', 'Forbidden.IllegalStatus');
          if (started > 0) return what === 'lost' ? fault('ambiguous') : fault('already-submitted');
          started++;
          looks = 0;
          return what === 'lost' ? fault('ambiguous') : submitted;
        }
        if (what === 'lost' || what === 'lagging') return fault('retryable');
        if (kind === 'detail') return detailed;
        return started > 0 && looks++ >= lag ? found : nothing;
      };
      const life = (troubles: readonly Trouble[], calls: number, mayHaveStarted: boolean): TranscodeStep => {
        let step = beginTranscode(mayHaveStarted);
        let nowMs = plannedAt;
        for (let call = 0; call < calls && step.do === 'call'; call++) {
          nowMs += step.afterMs;
          const given = answer(step.attempt.call.kind, troubles[call] ?? 'none');
          step = continueTranscode(plan, step.attempt, given, defaultAttemptRules, nowMs, () => 0.5);
        }
        return step;
      };
      // Each life crashes after some calls and forgets everything; the last one lives on.
      crashes.forEach(({ troubles, crashAfter }, n) => {
        life(troubles, crashAfter, n > 0);
      });
      const last = life([], 100, crashes.length > 0);
      expect(last).toMatchObject({ do: 'end', ending: { outcome: 'acknowledged', taskId: 'task-1' } });
      expect(started).toBe(1);
    }),
    { numRuns: 2_000 },
  );
});
