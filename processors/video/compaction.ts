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

/** Facts in the form in which they are stored, next to the renditions that were derived from them. */
export function compactFacts(facts: readonly Fact[], renditions: readonly Rendition[]): readonly Fact[] {
  const placeOf = placesIn(renditions);
  return facts.map((fact) => compactFact(fact, renditions, placeOf));
}

/** Where the rendition of a job is; undefined: nowhere. */
type PlaceOf = (jobId: string) => number | undefined;

/** More are looked up by their ids: each of the facts would search all of them. */
const fewRenditions = 8;

function placesIn(renditions: readonly Rendition[]): PlaceOf {
  if (renditions.length <= fewRenditions)
    return (jobId) => {
      for (let at = 0; at < renditions.length; at += 1) if (renditions[at]?.jobId === jobId) return at;
      return undefined;
    };
  const places = new Map(renditions.map(({ jobId }, at) => [jobId, at]));
  return (jobId) => places.get(jobId);
}

export function compactFact(fact: Fact, renditions: readonly Rendition[], placeOf = placesIn(renditions)): Fact {
  if (fact.outputs.length === 0) return fact;
  const references = fact.outputs.map((output) => referenceTo(output, renditions, placeOf));
  // Nearly always all are listed. A list that grows has room for many more, which a state would carry along.
  if (areAllKnown(references)) return { ...fact, outputs: noOutputs, listed: references };
  const listed: number[] = [];
  const outputs: Rendition[] = [];
  for (const [at, output] of fact.outputs.entries()) {
    const reference = references[at] ?? null;
    if (reference === null) outputs.push(output);
    else listed.push(reference);
  }
  return listed.length === 0 ? fact : { ...fact, outputs, listed };
}

const noOutputs: readonly Rendition[] = [];

const areAllKnown = (references: readonly (number | null)[]): references is readonly number[] =>
  !references.includes(null);

/** Position and told fields as one number; null where the rendition says something else. */
function referenceTo(output: Rendition, renditions: readonly Rendition[], placeOf: PlaceOf): number | null {
  const index = output.jobId === null ? undefined : placeOf(output.jobId);
  const rendition = index === undefined ? undefined : renditions[index];
  if (index === undefined || rendition === undefined || !isToldBy(rendition, output)) return null;
  return (index << fieldBits) | toldBits(output);
}

/** Whether the rendition says all that the output says. Nearly always it is the same object. */
function isToldBy(rendition: Rendition, output: Rendition): boolean {
  if (rendition === output) return true;
  return (
    output.status === rendition.status &&
    output.audioOnly === rendition.audioOnly &&
    (output.definition === null || output.definition === rendition.definition) &&
    (output.format === null || output.format === rendition.format) &&
    (output.fileUrl === null || output.fileUrl === rendition.fileUrl) &&
    (output.bitrateKbps === null || output.bitrateKbps === rendition.bitrateKbps) &&
    (output.fps === null || output.fps === rendition.fps) &&
    (output.width === null || output.width === rendition.width) &&
    (output.height === null || output.height === rendition.height) &&
    (output.durationSeconds === null || output.durationSeconds === rendition.durationSeconds) &&
    (output.sizeBytes === null || output.sizeBytes === rendition.sizeBytes) &&
    (output.encrypted === null || output.encrypted === rendition.encrypted) &&
    (output.startTime === null || output.startTime === rendition.startTime) &&
    (output.finishTime === null || output.finishTime === rendition.finishTime) &&
    (output.errorCode === null || output.errorCode === rendition.errorCode) &&
    (output.errorMessage === null || output.errorMessage === rendition.errorMessage)
  );
}

/** Of each field of `optional` whether it is told. By name: for all outputs at each event, a loop over names costs thrice that. */
function toldBits(output: Rendition): number {
  return (
    (output.definition === null ? 0 : 1 << 0) |
    (output.format === null ? 0 : 1 << 1) |
    (output.fileUrl === null ? 0 : 1 << 2) |
    (output.bitrateKbps === null ? 0 : 1 << 3) |
    (output.fps === null ? 0 : 1 << 4) |
    (output.width === null ? 0 : 1 << 5) |
    (output.height === null ? 0 : 1 << 6) |
    (output.durationSeconds === null ? 0 : 1 << 7) |
    (output.sizeBytes === null ? 0 : 1 << 8) |
    (output.encrypted === null ? 0 : 1 << 9) |
    (output.startTime === null ? 0 : 1 << 10) |
    (output.finishTime === null ? 0 : 1 << 11) |
    (output.errorCode === null ? 0 : 1 << 12) |
    (output.errorMessage === null ? 0 : 1 << 13)
  );
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
