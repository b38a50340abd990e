/** The `policies` part of `live2vod.yaml`: who transcodes and composes what, per stream pattern. */
import { z } from 'zod';
import { noTranscode } from './template-groups.ts';

const daySeconds = 86_400;

const pattern = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[^/\s]+$/, 'a name, or a pattern with * (any text) and ? (one character), without slashes and spaces');

const idOf = (what: string) =>
  z.string().regex(/^[0-9A-Za-z_-]{1,64}$/, `${what} id: letters, digits, - and _, at most 64 characters`);

const templateGroupId = idOf('a template group');
const workflowId = idOf('a workflow');

const priority = z.int().min(1).max(10);
const transcode = z.enum(['cloud', 'pipeline', 'approval', 'none']);

/** `true` for a step without options of its own, `false` for none. */
const step = <S extends z.ZodRawShape>(options: z.ZodObject<S>) =>
  z.preprocess((value) => (value === true ? {} : value === false ? undefined : value), options.optional());

const stepError = (options: string) => ({
  error: (issue: { code?: string }) =>
    issue.code === 'invalid_type' ? `true, or an object with ${options}` : undefined,
});
/** Submitted with the audit template of that id, else with the account's default. */
const audit = z.strictObject({ templateId: templateGroupId.optional() }, stepError('templateId'));
const cover = z.strictObject(
  {
    /** Snapshot template; it overrides `atSeconds` at the cloud. Of several pictures the first becomes the cover. */
    templateId: templateGroupId.optional(),
    /** The moment of the picture, from the start of the video. The first frame where absent. */
    atSeconds: z.number().min(0).max(daySeconds).optional(),
  },
  stepError('templateId, atSeconds'),
);
const beforeTranscode = z.strictObject({
  /** AI audit: the transcode waits until it, or a person, lets the video pass. */
  audit: step(audit),
  /** A snapshot, which is then set as the cover; the transcode waits for neither. */
  cover: step(cover),
  /** What `cover` was called while it set none. */
  snapshot: z.undefined({ error: 'is called cover now: a snapshot becomes the cover by being set as it' }).optional(),
});

const dna = z.strictObject(
  {
    /** The library whose videos it is compared with; the account's own where absent. */
    dnaDbId: idOf('a fingerprint library').optional(),
  },
  stepError('dnaDbId'),
);
const tags = z.strictObject(
  {
    /** What the tags are taken from: speech, text in the pictures. What the cloud does by itself where absent. */
    analyseTypes: z
      .array(z.enum(['ASR', 'OCR']))
      .min(1)
      .refine((types) => new Set(types).size === types.length, 'each once')
      .optional(),
  },
  stepError('analyseTypes'),
);
const analyse = z.strictObject({
  /** Video DNA: which videos are similar. */
  dna: step(dna),
  /** Smart tags: what the video shows. */
  tags: step(tags),
});

const jobs = {
  /**
   * Who starts the transcode: the cloud by its template group, this pipeline, a person, or nobody. Unsaid: what
   * `recording:` tells the cloud, else `cloud`.
   */
  transcode: transcode.optional(),
  /**
   * The cloud distributes the source as it is, so that it plays without a transcode, or until there is one. Unsaid: what
   * `recording:` tells the cloud, else only where nobody transcodes.
   */
  sourcePlays: z.boolean().optional(),
  /** Required by `pipeline`; the default of a request by `approval`. */
  templateGroupId: templateGroupId.optional(),
  /** Instead of a template group: the workflow that `pipeline` starts (SubmitWorkflowJob). */
  workflowId: workflowId.optional(),
  /** Queue order at the cloud, 10 first. */
  priority: priority.optional(),
  /** What we order as soon as the source is ready, before the transcode. */
  beforeTranscode: beforeTranscode.optional(),
  /** What an AI is to find out about the content, whoever transcodes: ordered as soon as the source is ready. */
  analyse: analyse.optional(),
};

type Jobs = {
  transcode?: z.output<typeof transcode> | undefined;
  templateGroupId?: string | undefined;
  workflowId?: string | undefined;
  priority?: number | undefined;
  beforeTranscode?: object | undefined;
};

function needsTemplate(value: Jobs): boolean {
  return value.transcode !== 'pipeline' || value.templateGroupId !== undefined || value.workflowId !== undefined;
}
const templateMissing = {
  path: ['templateGroupId'],
  error: 'required where transcode is pipeline: the template group that the job is submitted with, or a workflowId',
};

/** A workflow brings its own templates, and its call takes no priority (cloud facts 3.3.9). */
function isOneThing(value: Jobs): boolean {
  return value.workflowId === undefined || (value.templateGroupId === undefined && value.priority === undefined);
}
const notOneThing = {
  path: ['workflowId'],
  error: 'takes the place of templateGroupId, and has no priority; say one or the other',
};

function startsWorkflow(value: Jobs): boolean {
  return value.workflowId === undefined || value.transcode === 'pipeline';
}
const workflowUnused = {
  path: ['workflowId'],
  error: 'needs transcode: pipeline; who approves a transcode names a template group',
};

function transcodes(value: Jobs): boolean {
  return value.templateGroupId !== noTranscode;
}
const transcodesNothing = {
  path: ['templateGroupId'],
  error: `${noTranscode} transcodes nothing; say transcode: none, or sourcePlays: true where a transcode follows`,
};

function canWait(value: Jobs): boolean {
  return value.transcode === 'pipeline' || value.transcode === 'approval' || value.beforeTranscode === undefined;
}
const cannotWait = {
  path: ['beforeTranscode'],
  error: 'needs transcode: pipeline or approval; a transcode that the cloud starts waits for nothing',
};

const segments = z
  .strictObject(jobs)
  .refine(needsTemplate, templateMissing)
  .refine(isOneThing, notOneThing)
  .refine(startsWorkflow, workflowUnused)
  .refine(transcodes, transcodesNothing)
  .refine(canWait, cannotWait);

const composed = z
  .strictObject({
    /** Who composes the cycles of a session into one video. Unsaid: what `recording:` tells the cloud, else nobody. */
    compose: z.enum(['cloud', 'pipeline', 'none']).optional(),
    /** The cloud is to compose; we do when it has not started by then. Never, where absent. */
    takeOverAfterSeconds: z.int().min(60).max(daySeconds).optional(),
    ...jobs,
  })
  .refine(
    ({ compose, takeOverAfterSeconds }) => takeOverAfterSeconds === undefined || (compose ?? 'cloud') === 'cloud',
    {
      path: ['takeOverAfterSeconds'],
      error: 'needs compose: cloud; there is nothing to take over from anybody else',
    },
  )
  .refine(needsTemplate, templateMissing)
  .refine(isOneThing, notOneThing)
  .refine(startsWorkflow, workflowUnused)
  .refine(transcodes, transcodesNothing)
  .refine(canWait, cannotWait);

const recording = z.strictObject({
  /** CycleDuration of the recording configuration (cloud facts 4.2). Unsaid: what `recording:` tells the cloud. */
  cycleSeconds: z.int().min(300).max(21_600).optional(),
  /** DelayTime: a re-push within it continues the same session. Unsaid: what `recording:` tells the cloud. */
  disconnectDelaySeconds: z.int().min(15).max(21_600).optional(),
  /** How much later than expected a segment's callback may come before its session counts as over. */
  graceSeconds: z.int().min(0).max(daySeconds).default(300),
});

const match = z.strictObject({
  domain: pattern.default('*'),
  app: pattern.default('*'),
  stream: pattern.default('*'),
});

const rule = z
  .strictObject({
    match: match.prefault({}),
    recording: recording.prefault({}),
    segments: segments.prefault({}),
    composed: composed.prefault({}),
    /** Nothing is planned for an event older than this. */
    maxActAgeSeconds: z
      .int()
      .min(60)
      .max(7 * daySeconds)
      .default(daySeconds),
    /** Days after the last event until a state is retired, and until its stub is deleted. */
    retentionDays: z.int().min(1).max(3650).default(30),
    /** A video or session that is silent for longer is asked about at the cloud. */
    silentAfterSeconds: z
      .int()
      .min(60)
      .max(30 * daySeconds)
      .default(1800),
  })
  .refine((value) => value.maxActAgeSeconds < value.retentionDays * daySeconds, {
    path: ['maxActAgeSeconds'],
    error: 'must be shorter than retentionDays: a retired video never starts a job',
  });

/** Validates the value of `policies:`; absent means one rule for everything, `cloud`. */
export const policiesSchema = z.array(rule).max(1000).default([]);

/** What a person writes. */
export type PoliciesInput = z.input<typeof policiesSchema>;
/** One validated rule. What it leaves to `recording:` may be absent; all other defaults are filled in. */
export type PolicyRule = z.output<typeof rule>;

export type PoliciesResult =
  | { readonly ok: true; readonly rules: readonly PolicyRule[] }
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] };

/** One mistake: where (`policies[0].segments.transcode`), what, and what is accepted. */
export type PolicyProblem = { readonly path: string; readonly problem: string };

/** Validates the policies part of the configuration; two rules with the same match are refused. Never throws. */
export function readPolicies(value: unknown): PoliciesResult {
  const parsed = policiesSchema.safeParse(value ?? undefined);
  if (!parsed.success) {
    return { ok: false, problems: parsed.error.issues.map(problemOf) };
  }
  const first = new Map<string, number>();
  const problems: PolicyProblem[] = [];
  for (const [index, { match }] of parsed.data.entries()) {
    const key = `${match.domain}/${match.app}/${match.stream}`;
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, index);
    else problems.push({ path: `policies[${index}].match`, problem: `the same match as policies[${earlier}]: ${key}` });
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, rules: parsed.data };
}

function problemOf(issue: z.core.$ZodIssue): PolicyProblem {
  const accepted = issue.code === 'unrecognized_keys' ? keysAt(issue.path) : [];
  const hint = accepted.length === 0 ? '' : `; accepted: ${accepted.join(', ')}`;
  return { path: pathText(issue.path), problem: `${issue.message}${hint}` };
}

const parts: Readonly<Record<string, { readonly shape: object }>> = {
  match,
  recording,
  segments,
  composed,
  beforeTranscode,
  audit,
  cover,
  analyse,
  dna,
  tags,
};

/** Names that are refused with a word on what they are called now. */
const formerKeys: readonly string[] = ['snapshot'];

/** The keys that a part of a rule may have; the path starts with the rule's index. */
function keysAt(path: readonly PropertyKey[]): readonly string[] {
  const part = path.at(-1);
  const keys = Object.keys(typeof part === 'string' ? (parts[part]?.shape ?? {}) : rule.shape);
  return keys.filter((key) => !formerKeys.includes(key));
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) => text + (typeof part === 'number' ? `[${part}]` : `.${String(part)}`),
    'policies',
  );
}
