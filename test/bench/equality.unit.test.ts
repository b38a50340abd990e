import { describe, expect, it } from 'vitest';
import { differencesOf, type Outputs } from '../../bench/equality.ts';

const state = (revision: number, decidedAt = 1) => ({
  status: 'PLAYABLE',
  revision,
  jobs: [{ token: 't', decidedAt, plannedAt: decidedAt }],
  timeline: [{ eventId: 'e' }],
});

const outputs = (changed: Partial<Outputs> = {}): Outputs => ({
  states: new Map([['v', state(2)]]),
  facts: new Map([['v of s', [{ status: 'RECORDED' }, { status: 'PLAYABLE' }]]]),
  jobs: new Map([['t of v', [{ token: 't', plannedAt: 1 }]]]),
  ...changed,
});

describe('differencesOf', () => {
  it('finds none between equal outputs', () => {
    expect(differencesOf(outputs(), outputs())).toEqual([]);
  });

  it('leaves out the wall clock of a decision, and nothing else', () => {
    const later = outputs({
      states: new Map([['v', state(2, 99)]]),
      jobs: new Map([['t of v', [{ token: 't', plannedAt: 99 }]]]),
    });
    expect(differencesOf(outputs(), later)).toEqual([]);
  });

  it.each<[string, Partial<Outputs>, string]>([
    ['a field', { states: new Map([['v', state(3)]]) }, 'state v: revision: 2 and 3'],
    [
      'a field of a job in the state',
      { states: new Map([['v', { ...state(2), jobs: [{ token: 'u', decidedAt: 1, plannedAt: 1 }] }]]) },
      'state v: jobs[0].token: "t" and "u"',
    ],
    [
      'the length of a list',
      { states: new Map([['v', { ...state(2), timeline: [] }]]) },
      'state v: timeline: 1 and 0 items',
    ],
    [
      'a field that only one has',
      { states: new Map([['v', { ...state(2), more: 1 }]]) },
      'state v: more: undefined and 1',
    ],
    ['null against an object', { states: new Map([['v', null]]) }, 'state v: : '],
    [
      'the order of facts',
      { facts: new Map([['v of s', [{ status: 'PLAYABLE' }, { status: 'RECORDED' }]]]) },
      'stream facts v of s: [0].status: "RECORDED" and "PLAYABLE"',
    ],
    [
      'a job that came twice',
      {
        jobs: new Map([
          [
            't of v',
            [
              { token: 't', plannedAt: 1 },
              { token: 't', plannedAt: 1 },
            ],
          ],
        ]),
      },
      'job t of v: : 1 and 2 items',
    ],
    ['a missing entity', { jobs: new Map() }, 'job t of v: only ours'],
  ])('tells of %s', (_what, changed, line) => {
    const found = differencesOf(outputs(), outputs(changed));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(line);
  });

  it('tells of what only the other side has', () => {
    expect(differencesOf(outputs({ states: new Map() }), outputs())).toEqual(['state v: only theirs']);
  });

  it('counts what it does not list', () => {
    const many = (revision: number) =>
      outputs({ states: new Map(Array.from({ length: 5 }, (_, i) => [`v${i}`, state(revision)] as const)) });
    const found = differencesOf(many(1), many(2), 2);
    expect(found).toHaveLength(3);
    expect(found.at(-1)).toBe('and 3 more');
  });
});
