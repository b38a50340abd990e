import { fixedFields, type RecordConfig } from '../../connectors/vod/index.ts';
import { mergedFormats, wordsOf } from './formats.ts';
import type { WantedConfig } from './wanted.ts';

/** One field that would change, in words that may be shown: never a key. */
export type Difference = { readonly field: string; readonly from: string; readonly to: string };

export type RecordingChange =
  | { readonly kind: 'add'; readonly wanted: RecordConfig }
  /** Not among those that can be read, so perhaps among the others: left alone. */
  | { readonly kind: 'unclear'; readonly wanted: RecordConfig }
  | {
      readonly kind: 'update';
      readonly wanted: RecordConfig;
      readonly differences: readonly Difference[];
      readonly kept: readonly string[];
    }
  /**
   * Something differs that no update can change (cloud facts 4.10): deleted, and added again. So are formats taken away: whether
   * an update without any does that isn't known.
   */
  | {
      readonly kind: 'replace';
      readonly wanted: RecordConfig;
      readonly existing: RecordConfig;
      readonly differences: readonly Difference[];
      readonly kept: readonly string[];
    }
  | { readonly kind: 'keep'; readonly wanted: RecordConfig; readonly kept: readonly string[] }
  /** At the cloud and not in the file: left alone, since streams may depend on it. Delete it by name. */
  | { readonly kind: 'unmanaged'; readonly existing: RecordConfig };

/** Pure: what to do to get from `existing` to `wanted`. `unread`: domains of which some configurations can't be read. */
export function compareConfigs(
  wanted: readonly WantedConfig[],
  existing: readonly RecordConfig[],
  unread: ReadonlySet<string> = new Set(),
): readonly RecordingChange[] {
  const present = new Map(existing.map((one) => [nameOf(one), one]));
  const changes = wanted.map(({ formats, ...config }): RecordingChange => {
    const found = present.get(nameOf(config));
    present.delete(nameOf(config));
    if (!found) return { kind: unread.has(config.domainName) ? 'unclear' : 'add', wanted: config };
    const whole = withKept(config, formats, found);
    const differences = differencesOf(found, whole);
    const kept = keptOf(found, formats);
    if (differences.length === 0) return { kind: 'keep', wanted: whole, kept };
    const fixed: readonly string[] = [...fixedFields, ...(formats === 'none' ? ['recordFormats'] : [])];
    if (!differences.some(({ field }) => fixed.includes(field)))
      return { kind: 'update', wanted: whole, differences, kept };
    return { kind: 'replace', wanted: whole, existing: found, differences, kept };
  });
  return [...changes, ...[...present.values()].map((one): RecordingChange => ({ kind: 'unmanaged', existing: one }))];
}

/** What the file says; and what it says nothing of, as the cloud has it. */
function withKept(wanted: RecordConfig, formats: WantedConfig['formats'], existing: RecordConfig): RecordConfig {
  const { recordFormats, recordContent, transcodeTemplates } = existing;
  return {
    ...wanted,
    storageLocation: wanted.storageLocation ?? existing.storageLocation,
    spaceId: wanted.spaceId ?? existing.spaceId,
    recordFormats: formats === 'kept' ? recordFormats : mergedFormats(wanted.recordFormats, recordFormats),
    recordContent,
    transcodeTemplates,
  };
}

/** What the cloud has and the file doesn't name, said to who reads the plan. */
function keptOf(
  { recordFormats, recordContent, transcodeTemplates }: RecordConfig,
  formats: WantedConfig['formats'],
): readonly string[] {
  const kept: string[] = [];
  const words = wordsOf(recordFormats);
  if (words !== null && formats === 'kept')
    kept.push(
      `recordFormats stay: ${words}; with them "segments" and "composed" have no effect: name them under "formats", or say "formats: none"`,
    );
  if (/transcode/i.test(recordContent ?? ''))
    kept.push(`recordContent stays: ${recordContent}, of ${transcodeTemplates.join(', ') || 'no template'}`);
  return kept;
}

/** `domain/app/stream`; `*` for all streams. */
export function nameOf(config: Pick<RecordConfig, 'domainName' | 'appName' | 'streamName'>): string {
  return `${config.domainName}/${config.appName}/${config.streamName ?? '*'}`;
}

/** What the service assumes where a configuration says nothing (cloud facts 4). */
const serviceDefaults = { cycleSeconds: 3600, disconnectDelaySeconds: 180, onDemand: 0 } as const;

/** What is one value in the file as at the cloud; formats apart. */
const compared = [
  'cycleSeconds',
  'disconnectDelaySeconds',
  'transcodeGroupId',
  'autoCompose',
  'composeTranscodeGroupId',
  'storageLocation',
  'onDemand',
  'spaceId',
] as const satisfies readonly (keyof RecordConfig)[];

/** Ignored by the cloud where formats have settings of their own (cloud facts 4.12). */
const ofPlainRecording: readonly string[] = ['transcodeGroupId', 'autoCompose', 'composeTranscodeGroupId'];

function differencesOf(existing: RecordConfig, wanted: RecordConfig): readonly Difference[] {
  const formats = [wordsOf(existing.recordFormats), wordsOf(wanted.recordFormats)] as const;
  const differences = compared.flatMap((field) => {
    if (formats.some((words) => words !== null) && ofPlainRecording.includes(field)) return [];
    // The compose group of a configuration that doesn't compose doesn't matter.
    if (field === 'composeTranscodeGroupId' && !wanted.autoCompose) return [];
    const assumed = field in serviceDefaults ? serviceDefaults[field as keyof typeof serviceDefaults] : null;
    const from = existing[field] ?? assumed;
    const to = wanted[field] ?? assumed;
    return from === to ? [] : [{ field, from: shown(from), to: shown(to) }];
  });
  const [from, to] = formats;
  return from === to ? differences : [...differences, { field: 'recordFormats', from: shown(from), to: shown(to) }];
}

export function shown(value: string | number | boolean | null): string {
  return value === null ? '-' : String(value);
}
