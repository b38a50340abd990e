/**
 * Keeps the stored state small: what an event told about an output is nearly always what the public rendition says, so
 * the fact holds a reference to it and which fields it told, instead of a second and third copy. Lossless, and a function
 * of the set of events alone.
 */
import type { Fact, Rendition } from '../../schemas/generated/VideoState.ts';
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

/** A fact in the form in which it is stored, next to the renditions that were derived from it. */
export function compactFact(fact: Fact, renditions: readonly Rendition[]): Fact {
  if (fact.outputs.length === 0) return fact;
  const listed: number[] = [];
  const outputs: Rendition[] = [];
  for (const output of fact.outputs) {
    const reference = referenceTo(output, renditions);
    if (reference === null) outputs.push(output);
    else listed.push(reference);
  }
  return listed.length === 0 ? fact : { ...fact, outputs, listed };
}

/** Position and told fields as one number; null where the rendition says something else. */
function referenceTo(output: Rendition, renditions: readonly Rendition[]): number | null {
  if (output.jobId === null) return null;
  let index = 0;
  while (index < renditions.length && renditions[index]?.jobId !== output.jobId) index += 1;
  const rendition = renditions[index];
  if (rendition === undefined || rendition.status !== output.status) return null;
  if (rendition.audioOnly !== output.audioOnly) return null;
  let told = 0;
  // For all outputs of all events at each event: by counting, since iterating costs as much again.
  for (let bit = 0; bit < optional.length; bit += 1) {
    const field = optional[bit] as (typeof optional)[number];
    const value = output[field];
    if (value === null) continue;
    if (value !== rendition[field]) return null;
    told |= 1 << bit;
  }
  return (index << fieldBits) | told;
}

/** A stored fact as its event told it. */
export function fullFact(fact: Fact, renditions: readonly Rendition[]): Fact {
  if (fact.listed.length === 0) return fact;
  const outputs = [...fact.outputs];
  for (const reference of fact.listed) {
    const rendition = renditions[reference >> fieldBits];
    if (rendition !== undefined) outputs.push(onlyTold(rendition, reference));
  }
  return { ...fact, outputs: outputs.sort(compareRenditions), listed: [] };
}

function onlyTold(rendition: Rendition, told: number): Rendition {
  const output: { -readonly [field in keyof Rendition]: Rendition[field] } = { ...rendition, superseded: false };
  for (const [bit, field] of optional.entries()) if ((told & (1 << bit)) === 0) output[field] = null;
  return output;
}
