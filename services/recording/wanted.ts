/** The `recording` part of `live2vod.yaml`: what the cloud is to record, compose and report. */
import { z } from 'zod';
import type { RecordConfig } from '../../connectors/vod/index.ts';
import { noTranscode } from '../../schemas/template-groups.ts';
import { formatOf, formats, formatsOfWorkflow, groupId, workflowId } from './formats.ts';

const name = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[^\s/]+$/, 'a name without slashes and spaces');

const config = z.strictObject({
  domain: name,
  /** `*` for all apps of the domain. */
  app: name,
  /** `*` for all streams of the app. */
  stream: name.default('*'),
  /** CycleDuration (cloud facts 4). */
  cycleSeconds: z.int().min(300).max(21_600).default(3600),
  /** DelayTime: a re-push within it continues the same recording. */
  disconnectDelaySeconds: z.int().min(15).max(21_600).default(180),
  /** Template group of every recorded file, or `store-only`. One of this, `workflow` and a list of `formats` is said. */
  segments: groupId.optional(),
  /** The workflow that VOD runs over every recorded file, instead of a template group: short for one format, m3u8. */
  workflow: workflowId.optional(),
  /** What it is called in a policy. */
  workflowId: z.undefined({ error: 'is called workflow here' }).optional(),
  formats: formats.optional(),
  /** Template group of the composed video, `compose-only`, or `none`, the default: not composed. Of `formats` each says it. */
  composed: groupId.optional(),
  storageLocation: z.string().min(1).optional(),
  /** SpaceId: the VOD application that the recordings belong to. */
  spaceId: z.string().min(1).max(64).optional(),
  /** 0 always, 1 asked by HTTP callback, 2 by ingest parameter, 7 by command. */
  onDemand: z.literal([0, 1, 2, 7]).default(0),
});

const callback = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .refine((url) => Buffer.byteLength(url) <= 256, 'at most 256 bytes')
    .optional(),
  mns: z.strictObject({ endpoint: z.url(), queue: z.string().min(1).max(256) }).optional(),
  /** Event types that must be reported; `ALL` for every one. The AI events count as one, `AIComplete`. */
  events: z
    .array(z.string().regex(/^[A-Za-z]+$/, 'an event type'))
    .min(1)
    .default(['ALL']),
  auth: z.boolean().default(true),
});

const longestUrl = 1024;
const liveUrl = z.url({ protocol: /^https?$/ }).max(longestUrl);

/** Live's own record callbacks of one domain (cloud facts 4.14). They are always signed: the ingress takes no others. */
const liveCallback = z.strictObject({
  domain: name,
  /** Of an endpoint of kind live, whose first key signs; `none`: what the cloud has is deleted. */
  url: z.union([z.literal('none'), liveUrl]),
  /** NeedStatusNotify: starts, pauses and returns too, not files alone. */
  status: z.boolean().default(true),
  onDemandUrl: liveUrl.optional(),
});

const setup = z.strictObject({
  /** What `store-only` and `compose-only` stand for, where an account has groups of its own for them (cloud facts 3.1.4). */
  templateGroups: z
    .strictObject({ storeOnly: groupId.default(noTranscode), composeOnly: groupId.default(noTranscode) })
    .prefault({}),
  configs: z.array(config).max(1000).default([]),
  callback: callback.optional(),
  liveCallbacks: z.array(liveCallback).max(100).default([]),
});

/** What a person writes. */
export type RecordingSetupInput = z.input<typeof setup>;
export type WantedCallback = z.output<typeof callback>;
export type WantedLiveCallback = z.output<typeof liveCallback>;

/** A configuration as the file says it; null where it leaves something as the cloud has it. */
export type WantedConfig = RecordConfig & {
  /** How the file says its formats; `kept` where it names none: those that the cloud has stay. */
  readonly formats: 'listed' | 'workflow' | 'none' | 'kept';
};

/** What the cloud is to have, special groups resolved to their ids. */
export type RecordingSetup = {
  readonly configs: readonly WantedConfig[];
  readonly callback: WantedCallback | null;
  /** One for each domain. */
  readonly liveCallbacks: readonly WantedLiveCallback[];
  /** Template groups that the file calls `store-only` or `compose-only`: the cloud transcodes nothing by them. */
  readonly storing: readonly string[];
};

export type SetupResult =
  | { readonly ok: true; readonly setup: RecordingSetup }
  | {
      readonly ok: false;
      /** Where (`recording.configs[0].cycleSeconds`), what, and what is accepted. */
      readonly problems: readonly { readonly path: string; readonly problem: string }[];
    };

/** Validates the whole part before anything is done with any of it. Never throws. */
export function readRecordingSetup(value: unknown): SetupResult {
  const parsed = setup.safeParse(value ?? {});
  if (!parsed.success) {
    return { ok: false, problems: parsed.error.issues.map(({ path, message }) => problem(path, message)) };
  }
  const { templateGroups, configs, callback: wanted, liveCallbacks } = parsed.data;
  const problems: { path: string; problem: string }[] = [];
  const first = new Map<string, number>();
  const special = { 'store-only': templateGroups.storeOnly, 'compose-only': templateGroups.composeOnly };
  const groupOf = (id: string) => (id === 'store-only' || id === 'compose-only' ? special[id] : id);

  const resolvedConfigs = configs.map((one, index): WantedConfig => {
    const at = ['configs', index];
    const key = `${one.domain}/${one.app}/${one.stream}`;
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, index);
    else problems.push(problem(at, `the same domain, app and stream as configs[${earlier}]: ${key}`));
    if (one.app === '*' && one.stream !== '*') problems.push(problem([...at, 'stream'], 'app * takes only stream *'));
    for (const { path, text } of ofFiles(one)) problems.push(problem([...at, ...path], text));
    const said = one.workflow === undefined ? one.formats : formatsOfWorkflow(one.workflow);
    const recordFormats = (said ?? []).map((format) => formatOf(format, groupOf));
    const composed = one.composed ?? 'none';
    const composes = composed !== 'none';
    return {
      domainName: one.domain,
      appName: one.app,
      streamName: one.stream === '*' ? null : one.stream,
      cycleSeconds: one.cycleSeconds,
      disconnectDelaySeconds: one.disconnectDelaySeconds,
      // With formats the cloud ignores it, where it doesn't demand it all the same.
      transcodeGroupId: groupOf(one.segments ?? 'store-only'),
      autoCompose: composes,
      composeTranscodeGroupId: composes ? groupOf(composed) : null,
      storageLocation: one.storageLocation ?? null,
      onDemand: one.onDemand,
      spaceId: one.spaceId ?? null,
      recordContent: null,
      transcodeTemplates: [],
      recordFormats,
      formats: said === undefined ? 'kept' : said.length === 0 ? 'none' : one.formats ? 'listed' : 'workflow',
    };
  });
  if (wanted && (wanted.url === undefined) === (wanted.mns === undefined)) {
    problems.push(problem(['callback'], 'either url or mns'));
  }
  for (const [index, { domain }] of liveCallbacks.entries()) {
    const earlier = liveCallbacks.findIndex((one) => one.domain === domain);
    if (earlier < index)
      problems.push(problem(['liveCallbacks', index], `the same domain as liveCallbacks[${earlier}]: ${domain}`));
  }
  if (problems.length > 0) return { ok: false, problems };
  const storing = [...new Set([noTranscode, ...Object.values(templateGroups)])];
  return { ok: true, setup: { configs: resolvedConfigs, callback: wanted ?? null, liveCallbacks, storing } };
}

/** What becomes of the files is said once, for all of them or for each format. */
function ofFiles({ segments, workflow, formats, composed }: z.output<typeof config>) {
  const problems: { path: readonly PropertyKey[]; text: string }[] = [];
  const list = formats?.length === 0 ? undefined : formats;
  const one = 'one of segments, workflow and a list of formats says what becomes of the files';
  if (segments === undefined && workflow === undefined && list === undefined)
    problems.push({ path: ['segments'], text: `required: ${one}` });
  if (workflow !== undefined && segments !== undefined)
    problems.push({ path: ['workflow'], text: `beside segments: ${one}` });
  if (formats !== undefined && workflow !== undefined)
    problems.push({ path: ['formats'], text: `beside workflow: ${one}` });
  else if (list !== undefined && segments !== undefined)
    problems.push({ path: ['formats'], text: `beside segments: ${one}` });
  if (composed !== undefined && (workflow !== undefined || list !== undefined))
    problems.push({
      path: ['composed'],
      text: 'each format says it: formats with compose: true, and of: composed or both',
    });
  for (const [index, { format }] of (list ?? []).entries()) {
    const earlier = list?.findIndex((other) => other.format === format) ?? index;
    if (earlier < index)
      problems.push({ path: ['formats', index, 'format'], text: `the same as of formats[${earlier}]: ${format}` });
  }
  return problems;
}

/** A set-up that reads well and can't be carried out: the key, a setting, what the cloud refused; and what to do. */
export class RecordingSetupFault extends Error {
  readonly code = 'BAD_RECORDING_SETUP';

  constructor(message: string, options?: { readonly cause: unknown }) {
    super(message, options);
    this.name = 'RecordingSetupFault';
  }
}

function problem(path: readonly PropertyKey[], text: string): { path: string; problem: string } {
  const where = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return { path: `recording${where}`, problem: text };
}
