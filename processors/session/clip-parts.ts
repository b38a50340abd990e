/** What a clip is cut out of: which stretches of which recordings show a time of the session. */
import { hashOf } from '../callback/index.ts';
import { clipToken } from '../composition-token.ts';
import { byText } from './order.ts';
import { limits } from './rules.ts';
import { isBeforeSource, isLiving, isNormal, type Standing } from './status.ts';

/** A recording of the session. */
export type ClipSource = Standing & {
  readonly videoId: string;
  /** What it covers of the stream, epoch milliseconds. */
  readonly startMs: number;
  readonly endMs: number;
  readonly format: string | null;
  /** Of its pictures, where known: less than it covers, where the stream paused meanwhile. */
  readonly durationSeconds: number | null;
};

/** Seconds of the recording's own pictures; to its end, where `outSeconds` is null. */
export type ClipPart = { readonly videoId: string; readonly inSeconds: number; readonly outSeconds: number | null };

export type Stretch = { readonly startMs: number; readonly endMs: number };

export type ClipPlan = {
  /** What is in it begins and ends then: as asked for, but for a gap at either end. */
  readonly fromMs: number;
  readonly toMs: number;
  /** In order. */
  readonly parts: readonly ClipPart[];
  /** What was asked for and not recorded. */
  readonly gaps: readonly Stretch[];
  /** At either end there may be so much more than was asked for: where in a file the stream paused, nothing tells. */
  readonly spareMs: number;
};

export type ClipRefusal = { readonly refused: ClipRefusalCode; readonly message: string };
export type ClipRefusalCode =
  | 'EMPTY_RANGE'
  | 'OUTSIDE_SESSION'
  | 'NOT_RECORDED'
  | 'TOO_LONG'
  | 'TOO_SHORT'
  | 'TOO_MANY_PARTS'
  | 'NOT_NORMAL';

/**
 * The parts of these recordings that show that time, each moment once: of several files of a cycle one that can be cut, in
 * the format that most have. A moment that no file holds is left out, and said; so little of a file that nobody would see it
 * is left out too.
 */
export function planClip(sources: readonly ClipSource[], fromMs: number, toMs: number): ClipPlan | ClipRefusal {
  const startMs = Math.min(...sources.map((source) => source.startMs));
  const endMs = Math.max(...sources.map((source) => source.endMs));
  if (!(toMs > fromMs)) return refusal('EMPTY_RANGE', 'the end must be after the beginning');
  if (sources.length === 0 || fromMs < startMs || toMs > endMs)
    return refusal('OUTSIDE_SESSION', `the session has ${recorded(sources)}`);
  if (toMs - fromMs > limits.clipMs)
    return refusal('TOO_LONG', `a clip is at most ${limits.clipMs / 3_600_000} hours long`);
  if (toMs - fromMs < limits.shortestClipMs) return tooShort('');
  const preferred = mostHave(sources);
  const parts: ClipPart[] = [];
  const gaps: Stretch[] = [];
  let spareMs = 0;
  let shownMs = 0;
  const shown: Stretch[] = [];
  const slivers: Stretch[] = [];
  for (let atMs = fromMs; atMs < toMs; ) {
    const source = best(
      sources.filter((one) => one.startMs <= atMs && atMs < one.endMs && hasPicturesAt(one, atMs)),
      preferred,
    );
    if (source === null) {
      const nextMs = Math.min(toMs, ...sources.filter((one) => one.startMs > atMs).map((one) => one.startMs));
      // Starts and ends come in whole seconds and need not meet exactly (cloud facts 4.9).
      if (nextMs - atMs > limits.jitterMs || nextMs === toMs) gaps.push({ startMs: atMs, endMs: nextMs });
      atMs = nextMs;
      continue;
    }
    const nextMs = shown.at(-1)?.endMs === atMs ? resumedBy(sources, preferred, atMs) : null;
    if (nextMs !== null && nextMs < toMs && source.format !== preferred) {
      atMs = nextMs;
      continue;
    }
    if (!isNormal(source)) return refusal('NOT_NORMAL', notNormal(source));
    const untilMs = Math.min(source.endMs, toMs);
    const part = partOf(source, atMs, untilMs);
    const stretch = { startMs: atMs, endMs: untilMs };
    atMs = untilMs;
    if (Math.min(lengthOf(stretch), picturesMs(source, part)) < limits.shortestPartMs) {
      slivers.push(stretch);
      continue;
    }
    shown.push(stretch);
    if (part.inSeconds > 0 || part.outSeconds !== null) spareMs = Math.max(spareMs, pausedMs(source));
    parts.push(part);
    shownMs += lengthOf(stretch);
  }
  // What is left out at either end: a gap, a sliver, or both.
  const leftOut = [...gaps, ...slivers];
  const [begins, ends] = [shown[0]?.startMs ?? toMs, shown.at(-1)?.endMs ?? fromMs];
  if (parts.length === 0 && slivers.length === 0)
    return refusal('NOT_RECORDED', `nothing was recorded then: the session has ${recorded(sources)}`);
  if (shownMs < limits.shortestClipMs) return tooShort(`, and ${shownMs / 1000} s of this were recorded`);
  if (parts.length > limits.clipParts)
    return refusal('TOO_MANY_PARTS', `it would have ${parts.length} parts, at most ${limits.clipParts} are taken`);
  return {
    fromMs: leftOut.some(({ startMs }) => startMs === fromMs) ? begins : fromMs,
    toMs: leftOut.some(({ endMs }) => endMs === toMs) ? ends : toMs,
    parts,
    gaps,
    spareMs,
  };
}

/** The same parts for the same purpose are the same clip. A key of one's own asks for another. */
export function clipTokenOf(parts: readonly ClipPart[], templateGroupId: string | null, key: string | null): string {
  const names = parts.flatMap(({ videoId, inSeconds, outSeconds }) => [videoId, `${inSeconds}`, `${outSeconds}`]);
  return clipToken(hashOf([...names, templateGroupId ?? '', key ?? '']), 0);
}

/** Why the cloud would refuse to cut this one (cloud facts 3.3.11), and what helps. */
function notNormal({ videoId, status }: ClipSource): string {
  return `the cloud cuts what has status Normal, and video ${videoId} is ${status}: ${whatHelps(status)}`;
}

function whatHelps(status: Standing['status']): string {
  if (!isLiving({ status })) return 'nothing can be cut out of it';
  if (isBeforeSource(status)) return 'its source is not there yet, ask again once it is';
  if (status !== 'SOURCE_READY') return 'it is being transcoded, ask again once it is TRANSCODED';
  const toCome = 'say so of recordings to come, by recording: or by sourcePlays in a policy';
  return `have it transcoded (./live2vod transcode); where the cloud plays it as it is, nothing tells us: ${toCome}`;
}

function tooShort(more: string): ClipRefusal {
  return refusal('TOO_SHORT', `a clip is at least ${limits.shortestClipMs / 1000} s long${more}`);
}

/**
 * A pause within the file makes its pictures come earlier in it than on the clock, by as much as was missed until then. So
 * a moment lies between its distance from the start less the whole pause, and that distance: cut is what holds all of it.
 */
function partOf(source: ClipSource, fromMs: number, untilMs: number): ClipPart {
  const { videoId, startMs, endMs } = source;
  const inMs = Math.max(0, fromMs - startMs - pausedMs(source));
  // Without an end to the end: how long the file is, the cloud knows best.
  const outMs = untilMs === endMs ? null : untilMs - startMs;
  return { videoId, inSeconds: inMs / 1000, outSeconds: outMs === null ? null : outMs / 1000 };
}

const lengthOf = ({ startMs, endMs }: Stretch): number => endMs - startMs;

/** How much of the file's pictures a part takes. */
function picturesMs({ startMs, endMs, durationSeconds }: ClipSource, { inSeconds, outSeconds }: ClipPart): number {
  const isKnown = durationSeconds !== null && durationSeconds > 0;
  const fileMs = isKnown ? durationSeconds * 1000 : endMs - startMs;
  return Math.min(outSeconds === null ? fileMs : outSeconds * 1000, fileMs) - inSeconds * 1000;
}

/** The file may be shorter than it covers by what times are rounded; a cut that begins beyond its end is an error (cloud facts 3.3.10). */
function hasPicturesAt(source: ClipSource, atMs: number): boolean {
  const { startMs, durationSeconds } = source;
  if (durationSeconds === null || durationSeconds <= 0) return true;
  return atMs - startMs - pausedMs(source) < durationSeconds * 1000;
}

/** Lengths are rounded by the cloud. */
function pausedMs({ startMs, endMs, durationSeconds }: ClipSource): number {
  const missing = durationSeconds === null ? 0 : Math.round(endMs - startMs - durationSeconds * 1000);
  return missing > limits.jitterMs ? missing : 0;
}

function best(candidates: readonly ClipSource[], preferred: string | null): ClipSource | null {
  const [first] = candidates.toSorted(
    (a, b) =>
      Number(isNormal(b)) - Number(isNormal(a)) ||
      Number(b.format === preferred) - Number(a.format === preferred) ||
      b.endMs - a.endMs ||
      byText(a.videoId, b.videoId),
  );
  return first ?? null;
}

/**
 * Where a file of the preferred format goes on that nearly meets the one before it. What lies between need not be a hole (cloud
 * facts 4.9), and a second of another format would be seen.
 */
function resumedBy(sources: readonly ClipSource[], preferred: string | null, atMs: number): number | null {
  const [first] = sources
    .filter((one) => one.format === preferred && isNormal(one) && one.startMs > atMs)
    .map(({ startMs }) => startMs)
    .filter((startMs) => startMs - atMs <= limits.jitterMs)
    .sort((a, b) => a - b);
  return first ?? null;
}

function mostHave(sources: readonly ClipSource[]): string | null {
  const formats = [...Map.groupBy(sources, ({ format }) => format)];
  const [most] = formats.sort(([a, m], [b, n]) => n.length - m.length || byText(a ?? '', b ?? ''));
  return most?.[0] ?? null;
}

/** In words. */
function recorded(sources: readonly ClipSource[]): string {
  if (sources.length === 0) return 'no recording';
  const text = (ms: number) => new Date(ms).toISOString();
  const startMs = Math.min(...sources.map((source) => source.startMs));
  const endMs = Math.max(...sources.map((source) => source.endMs));
  return `recordings from ${text(startMs)} to ${text(endMs)} (0 to ${(endMs - startMs) / 1000} s)`;
}

function refusal(refused: ClipRefusalCode, message: string): ClipRefusal {
  return { refused, message };
}
