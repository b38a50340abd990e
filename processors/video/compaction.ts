/**
 * Keeps the stored state small: what an event told about an output is nearly always what the public rendition says, so
 * the fact holds a reference to it and which fields it told, instead of a second and third copy. Lossless, and a function
 * of the set of events alone.
 */
import type { Fact, Rendition, VideoState } from '../../schemas/generated/VideoState.ts';
import { compareRenditions } from '../callback/index.ts';

/** Fields that an event may leave out, in the order of their bits. Appending one keeps old states readable. */
const optional = [
  'definition',
  'format',
  'fileUrl',
  'bitrateKbps',
  'fps',
  'width',
  'height',
  'durationSeconds',
  'sizeBytes',
  'encrypted',
  'startTime',
  'finishTime',
  'errorCode',
  'errorMessage',
] as const satisfies readonly (keyof Rendition)[];

const fieldBits = 16;

/**
 * Where stored facts keep themselves in full: states are immutable, and the next event needs what this one had. Nothing
 * that reads or compares a state sees it. A WeakMap would say the same, but costs as much as a tenth of the whole step.
 */
const inFull = Symbol('in full');
type StoredFacts = readonly Fact[] & { readonly [inFull]?: readonly Fact[] };

function remember(stored: StoredFacts, facts: readonly Fact[]): void {
  Object.defineProperty(stored, inFull, { value: facts });
}

/** Facts in the form in which they are stored, next to the renditions that were derived from them. */
export function compactFacts(facts: readonly Fact[], renditions: readonly Rendition[]): readonly Fact[] {
  if (renditions.length === 0) return facts;
  const stored = facts.map((fact) => (fact.outputs.length === 0 ? fact : compactFact(fact, renditions)));
  remember(stored, facts);
  return stored;
}

/** The facts of a state as the events told them. */
export function fullFacts(state: Pick<VideoState, 'facts' | 'renditions'>): readonly Fact[] {
  if (state.renditions.length === 0) return state.facts;
  const stored: StoredFacts = state.facts;
  const known = stored[inFull];
  if (known !== undefined) return known;
  const facts = stored.map((fact) => (fact.listed.length === 0 ? fact : expandFact(fact, state.renditions)));
  remember(stored, facts);
  return facts;
}

function compactFact(fact: Fact, renditions: readonly Rendition[]): Fact {
  const listed: number[] = [];
  const outputs: Rendition[] = [];
  for (const output of fact.outputs) {
    const reference = referenceTo(output, renditions);
    if (reference < 0) outputs.push(output);
    else listed.push(reference);
  }
  return listed.length === 0 ? fact : { ...fact, outputs, listed };
}

/** Position and told fields as one number; -1 where the rendition says something else. */
function referenceTo(output: Rendition, renditions: readonly Rendition[]): number {
  if (output.jobId === null) return -1;
  const index = renditions.findIndex((rendition) => rendition.jobId === output.jobId);
  const rendition = renditions[index];
  if (rendition === undefined || rendition.status !== output.status) return -1;
  let told = 0;
  for (let bit = 0; bit < optional.length; bit += 1) {
    const field = optional[bit];
    if (field === undefined || output[field] === null) continue;
    if (output[field] !== rendition[field]) return -1;
    told |= 1 << bit;
  }
  return (index << fieldBits) | told;
}

function expandFact(fact: Fact, renditions: readonly Rendition[]): Fact {
  const outputs = [...fact.outputs];
  for (const reference of fact.listed) {
    const rendition = renditions[reference >> fieldBits];
    if (rendition !== undefined) outputs.push(onlyTold(rendition, reference));
  }
  return { ...fact, outputs: outputs.sort(compareRenditions), listed: [] };
}

function onlyTold(rendition: Rendition, told: number): Rendition {
  const output: { -readonly [field in keyof Rendition]: Rendition[field] } = { ...rendition, superseded: false };
  for (let bit = 0; bit < optional.length; bit += 1) {
    const field = optional[bit];
    if (field !== undefined && (told & (1 << bit)) === 0) output[field] = null;
  }
  return output;
}
