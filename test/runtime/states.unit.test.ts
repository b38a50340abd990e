import { describe, expect, test } from 'vitest';
import { type MembershipState, membershipTransitions } from '../../runtime/membership-state.ts';
import { StateMachine, type Transitions } from '../../runtime/state-machine.ts';
import { type TaskState, taskTransitions } from '../../runtime/task-state.ts';

/** As the diagrams of runtime/README.md have them: `from: to to`. */
const membership = `
  joining: joined revoking leaving
  joined: restoring revoking leaving
  restoring: working revoking leaving
  working: restoring revoking leaving
  revoking: joined restoring working leaving
  leaving: closed
  closed:`;
const task = `
  restoring: blocked restored closing
  blocked: restoring closing
  restored: working closing
  working: paused closing
  paused: working closing
  closing: closed
  closed:`;

type Table = { readonly initial: string; readonly transitions: Transitions<string>; readonly allowed: string };

const tables: readonly [name: string, table: Table][] = [
  [
    'membership',
    { initial: 'joining' satisfies MembershipState, transitions: membershipTransitions, allowed: membership },
  ],
  ['task', { initial: 'restoring' satisfies TaskState, transitions: taskTransitions, allowed: task }],
];

/** A machine in `state`, whatever led to it, with the states that it reported since. */
function machineIn(state: string, transitions: Transitions<string>) {
  const reported: string[] = [];
  const machine = new StateMachine({
    subject: 'the one of this test',
    transitions,
    initial: state,
    onChange: (to) => reported.push(to),
  });
  expect(reported.splice(0)).toEqual([state]);
  return { machine, reported };
}

describe.each(tables)('%s', (_name, { initial, transitions, allowed }) => {
  const rows = allowed
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/:\s*/) as [from: string, followers: string]);
  const states = rows.map(([state]) => state);
  const pairs = rows.flatMap(([from, followers]) => states.map((to) => [from, to, followers.split(' ').includes(to)]));

  test('its table names these states and no others', () => {
    expect(Object.keys(transitions)).toEqual(states);
    expect(states[0]).toBe(initial);
  });

  test.each(pairs as [string, string, boolean][])('from %s to %s: %s', (from, to, isAllowed) => {
    const { machine, reported } = machineIn(from, transitions);
    if (from === to) {
      machine.to(to);
      expect(reported).toEqual([]);
    } else if (isAllowed) {
      machine.to(to);
      expect([machine.state, reported]).toEqual([to, [to]]);
    } else {
      expect(() => machine.to(to)).toThrow(`the one of this test can't go from ${from} to ${to}; allowed: `);
      expect([machine.state, reported]).toEqual([from, []]);
    }
  });

  test('every state leads to the end', () => {
    const leadsToEnd = (state: string, seen: readonly string[]): boolean =>
      state === 'closed' ||
      (transitions[state] ?? []).some((next) => !seen.includes(next) && leadsToEnd(next, [...seen, next]));
    expect(states.filter((state) => !leadsToEnd(state, [state]))).toEqual([]);
  });
});

test('an illegal transition is a defect', () => {
  const { machine } = machineIn('closed', taskTransitions as Transitions<string>);
  expect(() => machine.to('working')).toThrow(expect.objectContaining({ name: 'ProcessorFault', code: 'DEFECT' }));
});
