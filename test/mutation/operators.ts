/** Which changes are tried on a piece of code. Each is one that a slip of the hand, or a rule misread, could make. */
import type { ESTree } from 'vite';
import type { Operator } from './mutant.ts';
import type { Node } from './syntax.ts';

/** `text` in place of what stands from `start` to `end`. */
export type Edit = {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly operator: Operator;
};

/** The node, what it is part of, and the text of the file. */
export type Place = { readonly node: Node; readonly parents: readonly Node[]; readonly source: string };

const operatorSwaps: Readonly<Record<string, readonly (readonly [string, Operator])[]>> = {
  '<': [
    ['<=', 'boundary'],
    ['>=', 'comparison'],
  ],
  '<=': [
    ['<', 'boundary'],
    ['>', 'comparison'],
  ],
  '>': [
    ['>=', 'boundary'],
    ['<=', 'comparison'],
  ],
  '>=': [
    ['>', 'boundary'],
    ['<', 'comparison'],
  ],
  '===': [['!==', 'comparison']],
  '!==': [['===', 'comparison']],
  '+': [['-', 'arithmetic']],
  '-': [['+', 'arithmetic']],
  '*': [['/', 'arithmetic']],
  '/': [['*', 'arithmetic']],
  '%': [['*', 'arithmetic']],
  '<<': [['>>', 'arithmetic']],
  '>>': [['<<', 'arithmetic']],
  '&': [['|', 'arithmetic']],
  '|': [['&', 'arithmetic']],
  '+=': [['-=', 'arithmetic']],
  '-=': [['+=', 'arithmetic']],
  '|=': [['&=', 'arithmetic']],
};

const methodSwaps: ReadonlyMap<string, string> = new Map(
  Object.entries({
    some: 'every',
    every: 'some',
    min: 'max',
    max: 'min',
    floor: 'ceil',
    ceil: 'floor',
    trunc: 'round',
    find: 'findLast',
    findLast: 'find',
    findIndex: 'findLastIndex',
    findLastIndex: 'findIndex',
    indexOf: 'lastIndexOf',
    startsWith: 'endsWith',
    endsWith: 'startsWith',
  }),
);

/** Methods whose result is of the kind of what they are called on: one may be left out. */
const droppable = new Set([
  'filter',
  'sort',
  'toSorted',
  'slice',
  'reverse',
  'toReversed',
  'toLowerCase',
  'trim',
  'trimStart',
  'padEnd',
  'toWellFormed',
  'concat',
]);

export function editsAt(place: Place): readonly Edit[] {
  const { node } = place;
  // What an exception says is for people to read.
  if (place.parents.some(({ type }) => type === 'ThrowStatement')) return [];
  switch (node.type) {
    case 'BinaryExpression':
      return node.left.type === 'PrivateIdentifier' ? [] : binary(node, place);
    case 'AssignmentExpression':
      return swapped(node.left.end, node.right.start, node.operator, place);
    case 'LogicalExpression':
      return logical(node, place);
    case 'UnaryExpression':
      return node.operator === '!' || node.operator === '-'
        ? [replaced(node, at(place, node.argument), 'condition')]
        : [];
    case 'ConditionalExpression':
      return [
        replaced(node, at(place, node.consequent), 'condition'),
        replaced(node, at(place, node.alternate), 'condition'),
      ];
    case 'Literal':
      return literal(node, place);
    case 'TemplateLiteral':
      return [replaced(node, "''", 'text')];
    case 'CallExpression':
      return call(node, place);
    case 'MemberExpression':
      return node.optional
        ? [{ ...between(node.object, node.property, place, '?.', node.computed ? '' : '.'), operator: 'default' }]
        : [];
    case 'ArrayExpression':
      return isPairOfMap(place) ? [] : removals(node.elements, node, place, 'element');
    case 'ObjectExpression':
      return object(node, place);
    default:
      return [];
  }
}

/** Changes of a whole statement. */
export function editsOfStatement(place: Place): readonly Edit[] {
  const { node } = place;
  switch (node.type) {
    case 'ExpressionStatement':
      return [replaced(node, ';', 'statement')];
    case 'ReturnStatement':
      return node.argument ? result(node.argument) : [];
    case 'IfStatement':
      return [replaced(node.test, 'true', 'condition'), replaced(node.test, 'false', 'condition')];
    case 'WhileStatement':
      return [replaced(node.test, 'false', 'condition')];
    case 'ForStatement':
      return node.test ? [replaced(node.test, 'false', 'condition')] : [];
    case 'ForOfStatement':
      return [replaced(node.right, '[]', 'statement')];
    default:
      return [];
  }
}

function at({ source }: Place, node: Node): string {
  return source.slice(node.start, node.end);
}

function replaced(node: Node, text: string, operator: Operator): Edit {
  return { start: node.start, end: node.end, text, operator };
}

function binary(node: ESTree.BinaryExpression | ESTree.PrivateInExpression, place: Place): readonly Edit[] {
  const sumOfTexts = node.operator === '+' && [node.left, node.right].some(({ type }) => type === 'TemplateLiteral');
  return sumOfTexts ? [] : swapped(node.left.end, node.right.start, node.operator, place);
}

function swapped(from: number, to: number, operator: string, { source }: Place): readonly Edit[] {
  const start = source.indexOf(operator, from);
  if (start < 0 || start >= to) return [];
  const end = start + operator.length;
  return (operatorSwaps[operator] ?? []).map(([text, kind]) => ({ start, end, text, operator: kind }));
}

/** One side alone, which is also what a swapped connective mostly comes to; a default is left out or always taken. */
function logical(node: ESTree.LogicalExpression, place: Place): readonly Edit[] {
  const operator = node.operator === '??' ? 'default' : 'connective';
  const sides = [replaced(node, at(place, node.left), operator), replaced(node, at(place, node.right), operator)];
  if (node.operator === '??') return sides;
  const other = node.operator === '&&' ? '||' : '&&';
  return [...sides, replaced(node, `(${at(place, node.left)}) ${other} (${at(place, node.right)})`, 'connective')];
}

function literal(node: ESTree.Node & { type: 'Literal' }, { parents, source }: Place): readonly Edit[] {
  const { value } = node as { value: unknown };
  const parent = parents.at(-1);
  if (typeof value === 'boolean') return [replaced(node, String(!value), 'constant')];
  if (typeof value === 'number') return [value + 1, value - 1].map((other) => replaced(node, `(${other})`, 'constant'));
  if (typeof value === 'string') {
    // An element of a list is left out instead; a condition on it is turned around.
    if (parent?.type === 'ArrayExpression' || parent?.type === 'BinaryExpression') return [];
    return [replaced(node, value === '' ? "'mutant'" : "''", 'text')];
  }
  const text = source.slice(node.start, node.end);
  if (!text.startsWith('/')) return [];
  const end = text.lastIndexOf('/');
  const body = text.slice(1, end);
  const unanchored = [body.replace(/^\^/, ''), body.replace(/\$$/, '')].filter((other) => other !== body);
  return unanchored.map((other) => replaced(node, `/${other}${text.slice(end)}`, 'pattern'));
}

function call(node: ESTree.CallExpression, place: Place): readonly Edit[] {
  const { callee } = node;
  if (callee.type !== 'MemberExpression' || callee.computed) return [];
  const name = at(place, callee.property);
  const edits: Edit[] = [];
  const other = methodSwaps.get(name);
  if (other !== undefined) edits.push(replaced(callee.property, other, 'method'));
  if (droppable.has(name))
    edits.push(replaced(node, at(place, callee.object), name.includes('ort') ? 'order' : 'method'));
  const [compare] = node.arguments;
  if ((name === 'sort' || name === 'toSorted') && compare)
    edits.push(replaced(compare, `((a, b) => -(${at(place, compare)})(a, b))`, 'order'));
  return edits;
}

/** A field can be left out where something else says it: what is spread before it. */
function object(node: ESTree.ObjectExpression, place: Place): readonly Edit[] {
  const firstSpread = node.properties.findIndex(({ type }) => type === 'SpreadElement');
  const removable = node.properties.filter(
    (one, i) => one.type === 'SpreadElement' || (firstSpread >= 0 && i > firstSpread),
  );
  return removals(removable, node, place, 'field');
}

function removals(
  parts: readonly (Node | null)[],
  whole: Node,
  { source }: Place,
  operator: Operator,
): readonly Edit[] {
  return parts.flatMap((part) => {
    if (part === null) return [];
    const rest = source.slice(part.end, whole.end);
    const comma = /^\s*,/.exec(rest)?.[0].length ?? 0;
    return [{ start: part.start, end: part.end + comma, text: '', operator }];
  });
}

/** `[key, value]` of a `new Map([...])`: the pair is left out as a whole. */
function isPairOfMap({ parents }: Place): boolean {
  const [list, map] = [parents.at(-1), parents.at(-2)];
  return list?.type === 'ArrayExpression' && map?.type === 'NewExpression';
}

function result(argument: ESTree.Expression): readonly Edit[] {
  if (argument.type === 'Literal' || argument.type === 'JSXElement') return [];
  if (argument.type === 'ArrayExpression')
    return argument.elements.length > 1 ? [replaced(argument, '[]', 'result')] : [];
  return [replaced(argument, 'null', 'result')];
}

function between(left: Node, right: Node, { source }: Place, what: string, instead: string): Omit<Edit, 'operator'> {
  const start = source.indexOf(what, left.end);
  return start < 0 || start > right.start
    ? { start: left.end, end: left.end, text: '' }
    : { start, end: start + what.length, text: instead };
}
