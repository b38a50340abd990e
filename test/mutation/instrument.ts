import type { Host, MutatedFile } from './find-mutants.ts';
import { switchName } from './switch.ts';
import { isFunction, type Node, partsOf } from './syntax.ts';

const loops = ['ForStatement', 'ForOfStatement', 'ForInStatement', 'WhileStatement', 'DoWhileStatement'];
const turn = `if (++${switchName}.turns > ${switchName}.mostTurns) ${switchName}.endless();`;

/**
 * The file with all its mutants in it, each off until the switch names it, so that one loaded copy serves them all. With
 * `noting`, it tells the switch which of them are reached. Functions and loops count their turns.
 */
export function instrument({ source, program, hosts }: MutatedFile, noting: boolean): string {
  // `$mutant` as a local name: a look-up among the globals at each place would take most of a run's time.
  return `const ${switchName} = globalThis.${switchName}; ${render(program)}`;

  function render(node: Node): string {
    const text = counted(node);
    const host = hosts.get(node);
    return host === undefined ? text : withMutants(host, text);
  }

  /** The node's text with its parts rendered, and a turn counted where it is a body. */
  function counted(node: Node): string {
    const body = loops.includes(node.type) || isFunction(node) ? (node as { body?: Node | null }).body : undefined;
    let text = '';
    let end = node.start;
    for (const part of partsOf(node)) {
      text += source.slice(end, part.start);
      const rendered = render(part);
      text += part === body ? withTurn(part, rendered) : rendered;
      end = part.end;
    }
    return text + source.slice(end, node.end);
  }

  function withTurn(body: Node, text: string): string {
    if (body.type === 'BlockStatement') return `{ ${turn} ${text.slice(1)}`;
    return body.type.endsWith('Statement') ? `{ ${turn} ${text} }` : text;
  }

  function withMutants({ mutants, isStatement }: Host, text: string): string {
    const first = mutants[0]?.id ?? 0;
    const last = first + mutants.length - 1;
    const off = `${switchName}.on < ${first} || ${switchName}.on > ${last}`;
    if (isStatement) {
      const others = mutants
        .map(({ id, text: other }) => `if (${switchName}.on === ${id}) { ${other} }`)
        .join(' else ');
      return noting ? `{ ${switchName}.reached(${first}); ${text} }` : `{ if (${off}) { ${text} } else ${others} }`;
    }
    if (noting) return `(${switchName}.reached(${first}), (${text}))`;
    const others = mutants.map(({ id, text: other }) => `${switchName}.on === ${id} ? (${other}) : `).join('');
    return `(${off} ? (${text}) : ${others}undefined)`;
  }
}
