import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { membershipTransitions } from '../../runtime/membership-state.ts';
import { StateMachine, type Transitions } from '../../runtime/state-machine.ts';
import { taskTransitions } from '../../runtime/task-state.ts';

const diagrams = [
  ...readFileSync(join(import.meta.dirname, '../../runtime/README.md'), 'utf8').matchAll(
    /```mermaid\nstateDiagram-v2\n(.*?)```/gs,
  ),
].map(([, diagram = '']) => diagram);

/** The arrows of a diagram, `[*]` being before the first and after the last state. */
const arrowsOf = (diagram: string) =>
  [...diagram.matchAll(/^ *(\S+) --> ([^\s:]+)/gm)].map(([, from = '', to = '']) => [from, to] as const);

const tables = [
  ['membership', diagrams[0], membershipTransitions as Transitions<string>],
  ['task', diagrams[1], taskTransitions as Transitions<string>],
] as const;

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

describe.each(tables)('%s', (_name, diagram = '', transitions) => {
  const arrows = arrowsOf(diagram);
  const [states, initial] = [Object.keys(transitions), arrows.find(([from]) => from === '[*]')?.[1]];
  const isDrawn = (from: string, to: string) => arrows.some((arrow) => arrow[0] === from && arrow[1] === to);
  const pairs = states.flatMap((from) => states.map((to) => [from, to, isDrawn(from, to)] as const));

  test('the diagram in the README has its states and no others', () => {
    expect(diagrams).toHaveLength(2);
    expect(new Set(arrows.flat())).toEqual(new Set(['[*]', ...states]));
    expect(states[0]).toBe(initial);
    expect(isDrawn('closed', '[*]')).toBe(true);
  });

  test.each(pairs)('from %s to %s, drawn: %s', (from, to, isAllowed) => {
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
