/** The `callbacks` part of `live2vod.yaml`: callback URLs and queues besides those of the settings. */
import { z } from 'zod';

const region = z.string().regex(/^[a-z0-9-]+$/, 'a region id, such as cn-shanghai');
const key = z.string().min(1).max(32);

const endpoint = z.strictObject({
  /** `vod`: events of ApsaraVideo VOD. `live`: ApsaraVideo Live's own record callbacks. */
  kind: z.enum(['vod', 'live']).default('vod'),
  /** Where this server listens for it, literally, e.g. `/callbacks/vod-beijing`. */
  path: z
    .string()
    .regex(
      /^\/(?:[^\s\p{Cc}?#%]|%[0-9a-fA-F]{2})*$/u,
      'a path that begins with /, without ? and #, spaces as %20, and % only before two hexadecimal digits',
    ),
  /** The URL exactly as configured at the cloud: it is what is signed. */
  url: z.url({ protocol: /^https?$/ }),
  /** All are accepted (rotation). */
  keys: z.array(key).min(1),
  region,
});

const queue = z.strictObject({
  accountId: z.string().regex(/^\d+$/, 'digits'),
  queue: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,255}$/, 'letters, digits and hyphens'),
  region,
  /** `http(s)://host`; default: the public endpoint of account and region. */
  endpoint: z.url({ protocol: /^https?$/ }).optional(),
});

const sources = z.strictObject({
  endpoints: z.array(endpoint).max(100).default([]),
  queues: z.array(queue).max(100).default([]),
});

export type CallbackSources = z.output<typeof sources>;

export type SourcesResult =
  | { readonly ok: true; readonly sources: CallbackSources }
  | { readonly ok: false; readonly problems: readonly { readonly path: string; readonly problem: string }[] };

/** Validates the part; absent means none. Never throws, and never shows a key. */
export function readSources(value: unknown): SourcesResult {
  const parsed = sources.safeParse(value ?? {});
  if (parsed.success) return { ok: true, sources: parsed.data };
  const problems = parsed.error.issues.map(({ path, message }) => ({
    path: `callbacks${path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')}`,
    problem: message,
  }));
  return { ok: false, problems };
}
