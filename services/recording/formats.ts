/** `formats:` and `workflow:` of a recording configuration: containers, each with what VOD makes of it (cloud facts 4.12). */
import { z } from 'zod';
import type { RecordFormat } from '../../connectors/vod/index.ts';

export const groupId = z
  .string()
  .regex(/^[0-9A-Za-z_-]{1,64}$/, 'a template group id: letters, digits, - and _, at most 64 characters');
export const workflowId = z
  .string()
  .regex(/^[0-9A-Za-z_-]{1,64}$/, 'a workflow id: letters, digits, - and _, at most 64 characters');

const format = z
  .strictObject({
    format: z.enum(['m3u8', 'mp4', 'flv']),
    /** Template group that VOD transcodes by; `store-only` and `compose-only`: nothing is transcoded. */
    transcode: groupId.optional(),
    /** The workflow that VOD runs instead. */
    workflow: workflowId.optional(),
    /** VideoProcess: what that is for. What it isn't for is stored, and nothing is made of it. */
    of: z.enum(['segments', 'composed', 'both']).default('segments'),
    /** AutoCompose: the cycles of this format are composed when the session is over. */
    compose: z.boolean().default(false),
    /** SliceDuration, of m3u8 alone; what the cloud has where unsaid, its default 30. */
    sliceSeconds: z.int().min(5).max(30).optional(),
    /** What the cloud has where unsaid. */
    tags: z.string().min(1).max(256).optional(),
  })
  .refine(({ transcode, workflow }) => (transcode === undefined) !== (workflow === undefined), {
    path: ['transcode'],
    error: 'either transcode, a template group id or store-only, or workflow says what becomes of the files',
  })
  .refine(({ of, compose }) => compose || of === 'segments', {
    path: ['of'],
    error: 'takes composed and both with compose: true alone; without it nothing is composed',
  })
  .refine((value) => value.format === 'm3u8' || value.sliceSeconds === undefined, {
    path: ['sliceSeconds'],
    error: 'is of m3u8 alone: nothing else is sliced',
  });

/** A list, each container once; empty, or `none`: those that the cloud has are taken away. */
export const formats = z.preprocess(
  (value) => (value === 'none' ? [] : value),
  z
    .array(format, { error: 'a list of formats, each with format and transcode or workflow; or none' })
    .max(3, 'at most three: each format once'),
);
export type FormatInput = z.output<typeof format>;

/** What a format says, as the API has it. `groupOf` gives the group that `store-only` and `compose-only` stand for. */
export function formatOf(said: FormatInput, groupOf: (id: string) => string): RecordFormat {
  const { workflow, transcode } = said;
  return {
    format: said.format,
    autoCompose: said.compose,
    processMethod: workflow === undefined ? 'transcode' : 'workflow',
    processTemplateId: workflow ?? (transcode === undefined ? null : groupOf(transcode)),
    videoProcess: { segments: 'origin', composed: 'compose', both: 'origin,compose' }[said.of],
    sliceSeconds: said.sliceSeconds ?? null,
    tags: said.tags ?? null,
  };
}

/** What a configuration says by `workflow:` alone: recorded as the cloud does by default, each file run through it. */
export function formatsOfWorkflow(workflow: string): readonly FormatInput[] {
  return [{ format: 'm3u8', workflow, of: 'segments', compose: false }];
}

/** What a format's template group or workflow is for; for the recordings where the cloud says nothing (cloud facts 4.12). */
export function processes({ videoProcess }: RecordFormat, what: 'origin' | 'compose'): boolean {
  return (videoProcess ?? 'origin').split(',').some((one) => one.trim() === what);
}

/** What is wanted, and what it leaves unsaid as the cloud has it for the same container. */
export function mergedFormats(
  wanted: readonly RecordFormat[],
  existing: readonly RecordFormat[],
): readonly RecordFormat[] {
  return wanted.map((one) => {
    const found = existing.find(({ format }) => format === one.format);
    return {
      ...one,
      sliceSeconds: one.sliceSeconds ?? found?.sliceSeconds ?? null,
      tags: one.tags ?? found?.tags ?? null,
    };
  });
}

/** In words that tell two apart exactly where they differ, whatever is said and what left to a default, in any order. */
export function wordsOf(formats: readonly RecordFormat[]): string | null {
  const words = formats.map((one) => {
    const id = one.processTemplateId;
    const what = (['origin', 'compose'] as const).filter((part) => processes(one, part));
    return [
      id === null ? one.format : `${one.format} (${one.processMethod ?? 'transcode'} ${id} of ${what.join(' and ')})`,
      ...(one.autoCompose ? ['composed'] : []),
      ...(one.format === 'm3u8' && (one.sliceSeconds ?? defaultSliceSeconds) !== defaultSliceSeconds
        ? [`slices of ${one.sliceSeconds} s`]
        : []),
      ...(one.tags === null ? [] : [`tags ${JSON.stringify(one.tags)}`]),
    ].join(' ');
  });
  return words.length === 0 ? null : words.sort().join(', ');
}

const defaultSliceSeconds = 30;
