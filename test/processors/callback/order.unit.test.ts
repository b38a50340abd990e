/** Events of one second: causes come before effects, as docs/video-status.md has a video's life. */
import { describe, expect, it } from 'vitest';
import { causalRank, failed, succeeded } from '../../../processors/callback/index.ts';
import { event, recorded } from '../callbacks.ts';

describe('of the same second', () => {
  const chains = [
    [
      'RECORDED',
      'COMPOSE_START',
      'PRODUCED',
      'SOURCE_READY',
      'SOURCE_ANALYSED',
      'TRANSCODE_REQUESTED',
      'JOB_SUBMITTED',
    ],
    ['JOB_SUBMITTED', 'JOB_FAILED', 'JOB_ACKNOWLEDGED', 'SNAPSHOT', 'STREAM_TRANSCODED', 'TRANSCODED'],
    ['TRANSCODED', 'MACHINE_AUDIT', 'MANUAL_AUDIT', 'OTHER', 'OBSERVED', 'COMPOSE_FAILED', 'DELETED'],
  ] as const;
  for (const chain of chains)
    it(chain.join(' comes before '), () => {
      const ranks = chain.map((kind) => causalRank(kind));
      expect(ranks).toEqual([...new Set(ranks)].sort((a, b) => a - b));
    });

  it('has ranks that stay from release to release: states store them where a lane was cut', () => {
    expect([causalRank('RECORDED'), causalRank('DELETED')]).toEqual([0, 17]);
  });

  it.each([
    ['COMPOSE_START', 'COMPOSE_ACKNOWLEDGED'],
    ['UPLOADED_BY_URL', 'PRODUCED'],
    ['JOB_IN_DOUBT', 'JOB_FAILED'],
    ['OTHER', 'UNKNOWN'],
    ['COMPOSE_IN_DOUBT', 'COMPOSE_FAILED'],
  ] as const)('%s and %s are no cause of each other', (one, other) => {
    expect(causalRank(one)).toBe(causalRank(other));
  });
});

describe('an event', () => {
  it.each([
    ['success', true, false],
    ['Succeed', true, false],
    [null, true, false],
    ['fail', false, true],
    ['FAILED', false, true],
    ['running', false, false],
  ])('with the status %s', (Status, worked, broke) => {
    const { entry } = event(recorded(5, { Status }));
    expect([succeeded(entry), failed(entry)]).toEqual([worked, broke]);
  });
});
