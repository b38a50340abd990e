/** What `doctor cloud` asks: whether the account, its callback configuration and these settings fit together. */
import type { CredentialsProvider, MessageCallback, VodCloud } from '../connectors/vod/index.ts';
import { systemPlatform } from '../platform/host/index.ts';
import { apply, type Expected, queueFinding, wayFindings } from './callback-way.ts';
import type { Finding } from './finding.ts';

const withinMs = 5_000;
/** Calls are refused when clocks are further apart (cloud facts 5.6), callbacks when further than this (2.1.4). */
const mostSkewSeconds = { calls: 900, callbacks: 300 };

/** What states are derived from: without one of them something stays unknown, or is found out by asking only (docs/getting-started.md). */
export const neededEvents: readonly string[] = [
  'AddLiveRecordVideoComplete',
  'LiveRecordVideoComposeStart',
  'FileUploadComplete',
  'SnapshotComplete',
  'StreamTranscodeComplete',
  'TranscodeComplete',
];

/** Whether there is an access key at all; the cloud judges it with the first call. */
export async function checkCredentials(credentials: CredentialsProvider): Promise<Finding> {
  const what = 'an access key, from the settings or the default chain';
  try {
    await credentials.getCredentials();
    return { what };
  } catch (error) {
    const remedy =
      'set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or run where a RAM role gives credentials';
    return {
      what,
      why: `none was found${error instanceof Error && error.name !== 'Error' ? ` (${error.name})` : ''}`,
      remedy,
    };
  }
}

/** Whether anything answers there, and how far its clock is from ours: any answer has a Date. */
export async function checkDoor(product: string, setting: string, endpoint: string): Promise<readonly Finding[]> {
  const what = `${product} at ${new URL(endpoint).origin} answers`;
  let response: Response;
  const askedAtMs = systemPlatform.now();
  try {
    response = await systemPlatform.fetch(endpoint, { redirect: 'manual', signal: AbortSignal.timeout(withinMs) });
    await response.body?.cancel();
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const remedy = `let this machine reach it by ${new URL(endpoint).protocol.replace(':', '')} (proxy, security group), or set ${setting}`;
    return [{ what, why: cause instanceof Error ? cause.message : String(cause), remedy }];
  }
  const told = Date.parse(response.headers.get('date') ?? '');
  return [{ what }, clockFinding(product, told, (askedAtMs + systemPlatform.now()) / 2)];
}

/** @param toldMs what the cloud's Date header says, NaN where it says nothing */
export function clockFinding(product: string, toldMs: number, ourMs: number): Finding {
  const what = `this machine's clock against ${product}'s`;
  if (!Number.isFinite(toldMs)) return { what: `${what}: the answer has no Date, so nobody knows` };
  const skew = Math.round(Math.abs(ourMs - toldMs) / 1000);
  if (skew <= mostSkewSeconds.callbacks) return { what: `${what}: ${skew} s apart` };
  const stops = skew > mostSkewSeconds.calls ? 'callbacks and calls are refused' : 'callbacks are refused as stale';
  return { what, why: `${skew} s apart: ${stops}`, remedy: 'set the clock: timedatectl set-ntp true, or chronyd' };
}

/** `callback`: what the cloud has, null where that is nothing or can't be read. */
export type CallbackChecked = { readonly findings: readonly Finding[]; readonly callback: MessageCallback | null };

/** The account's callback configuration, read back and held against the settings and the file. No key is shown. */
export async function checkMessageCallback(
  cloud: Pick<VodCloud, 'getMessageCallback'>,
  expected: Expected,
): Promise<CallbackChecked> {
  let callback: MessageCallback | null;
  try {
    callback = await cloud.getMessageCallback();
  } catch (error) {
    return {
      findings: [refusal('the callback configuration can be read (GetMessageCallback)', error)],
      callback: null,
    };
  }
  if (callback === null) {
    const nothing = { why: 'nothing is set in this region', remedy: `set it: ${apply}` };
    return { findings: [{ what: 'callbacks are configured', ...nothing }], callback };
  }
  const isQueue = callback.callbackType === 'MNS';
  const target = isQueue ? [queueFinding(callback, expected.queues)] : urlFindings(callback, expected);
  const findings = [...wayFindings(callback, expected), ...target, eventsFinding(callback)];
  return { findings, callback };
}

function urlFindings(found: MessageCallback, { url, keys, unsigned }: Expected): readonly Finding[] {
  const what = `callbacks go to ${found.callbackUrl}`;
  const isOurs = found.callbackUrl === url;
  const target: Finding = isOurs
    ? { what }
    : {
        what,
        why: `VOD_CALLBACK_URL is ${url}: what is signed differs, so all would be refused`,
        remedy: `make them the same, to the last slash: VOD_CALLBACK_URL, or ${apply}`,
      };
  if (unsigned) return [target];
  const signed = 'they are signed with a key of VOD_CALLBACK_KEYS';
  const off = found.authSwitch !== 'on';
  if (!off && found.authKey !== null && keys.includes(found.authKey)) return [target, { what: signed }];
  return [
    target,
    {
      what: signed,
      why: off ? 'the cloud signs nothing (AuthSwitch is off)' : 'the cloud has another key',
      remedy: off
        ? `switch it on: ${apply}`
        : 'add the key of the console to VOD_CALLBACK_KEYS (comma separated), or set ours at the cloud: ./live2vod record-config apply',
    },
  ];
}

function eventsFinding({ eventTypes }: MessageCallback): Finding {
  const missing = eventTypes.includes('ALL') ? [] : neededEvents.filter((type) => !eventTypes.includes(type));
  const what = `${eventTypes.length === 0 ? 'no' : eventTypes.join(', ')} events are subscribed to`;
  if (missing.length === 0) return { what };
  return { what, why: `without ${missing.join(', ')}`, remedy: `subscribe to them: ${apply}` };
}

/** Whether the recording configuration of each domain can be read. */
export async function checkRecording(
  cloud: Pick<VodCloud, 'describeLiveRecordVodConfigs'>,
  domains: readonly string[],
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const domainName of domains) {
    const what = `the recording of ${domainName} can be read (DescribeLiveRecordVodConfigs)`;
    try {
      const { rows, odd } = await cloud.describeLiveRecordVodConfigs({ domainName });
      const none = { why: 'nothing is recorded', remedy: './live2vod record-config apply' };
      const unread = { why: `${odd.length} can't be read`, remedy: 'look at them in the console of ApsaraVideo Live' };
      if (odd.length > 0) findings.push({ what, ...unread });
      else findings.push(rows.length > 0 ? { what: `${what}: ${rows.length}` } : { what, ...none });
    } catch (error) {
      findings.push(refusal(what, error));
    }
  }
  return findings;
}

const remedies: readonly (readonly [RegExp, string])[] = [
  [/^(Forbidden|NoPermission)/, 'give the RAM user or role deploy/ram/doctor.json (docs/getting-started.md)'],
  [
    /^(InvalidAccessKeyId|SignatureDoesNotMatch|IncompleteSignature)/,
    'the access key is wrong or disabled: take another pair from the RAM console',
  ],
  [/^InvalidSecurityToken/, 'the temporary credentials have expired: get new ones'],
  [/^(InvalidTimeStamp|TimeExpired)/, 'set the clock of this machine'],
  [
    /^(OperationDenied|InvalidIdentity\.ServiceDisabled)/,
    'activate ApsaraVideo VOD and Live for this account, and settle what it owes',
  ],
  [/^InvalidDomain/, 'the domain is no streaming domain of this account: name the play domain, as callbacks do'],
  [
    /^(E[A-Z_]+|RequestTimeout|CERT_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+|UNABLE_TO_\w+)$/,
    'let this machine reach it (proxy, name server, security group, certificate), or look at VOD_ENDPOINT and LIVE_ENDPOINT',
  ],
  [/^QueueNotExist$/, 'create it in the console of the Simple Message Queue (SMQ), in this region and account'],
  [/^AccessDenied$/, 'give the RAM user or role deploy/ram/doctor.json (docs/getting-started.md)'],
  [/^CredentialsUnavailable$/, 'set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or a RAM role'],
];

/** A question that wasn't answered, and what to do about it. */
export function refusal(what: string, error: unknown): Finding {
  const { code = '', message, detail } = error as { code?: string; message?: string; detail?: string };
  const known = remedies.find(([pattern]) => pattern.test(code))?.[1];
  return {
    what,
    // The whole message has a word of advice for callers in general, which may be another than the remedy.
    why: detail === undefined ? (message ?? String(error)) : `${code}: ${detail}`,
    remedy: known ?? `look ${code} up in the API's error codes, then try again`,
  };
}
