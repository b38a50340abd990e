/** The `recording` part of `live2vod.yaml`: what the cloud is to record, compose and report. */
import { z } from 'zod';
import type { RecordConfig } from '../../connectors/vod/index.ts';
import { noTranscode } from '../../schemas/template-groups.ts';

const groupId = z
  .string()
  .regex(/^[0-9A-Za-z_-]{1,64}$/, 'a template group id: letters, digits, - and _, at most 64 characters');
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
  /** Template group of every recorded file, or `store-only`. */
  segments: z.union([z.literal('store-only'), groupId]),
  /** The cloud takes one by recorded format (cloud facts 4.12), of which this file has no words. */
  workflowId: z
    .undefined({
      error:
        "isn't taken here: Live starts workflows by recorded format alone (RecordFormat); say segments: store-only, and transcode: pipeline with workflowId in a policy",
    })
    .optional(),
  /** Template group of the composed video, `compose-only`, or `none`: not composed. */
  composed: z.union([z.literal(['none', 'compose-only']), groupId]).default('none'),
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

/** What the cloud is to have, special groups resolved to their ids. */
export type RecordingSetup = {
  readonly configs: readonly RecordConfig[];
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

  const resolvedConfigs = configs.map((one, index): RecordConfig => {
    const at = ['configs', index];
    const key = `${one.domain}/${one.app}/${one.stream}`;
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, index);
    else problems.push(problem(at, `the same domain, app and stream as configs[${earlier}]: ${key}`));
    if (one.app === '*' && one.stream !== '*') problems.push(problem([...at, 'stream'], 'app * takes only stream *'));
    const composes = one.composed !== 'none';
    return {
      domainName: one.domain,
      appName: one.app,
      streamName: one.stream === '*' ? null : one.stream,
      cycleSeconds: one.cycleSeconds,
      disconnectDelaySeconds: one.disconnectDelaySeconds,
      transcodeGroupId: groupOf(one.segments),
      autoCompose: composes,
      composeTranscodeGroupId: composes ? groupOf(one.composed) : null,
      storageLocation: one.storageLocation ?? null,
      onDemand: one.onDemand,
      spaceId: one.spaceId ?? null,
      recordContent: null,
      transcodeTemplates: [],
      recordFormats: [],
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
