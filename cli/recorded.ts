import type { Recorded } from '../processors/policy/index.ts';
import { noTranscode } from '../schemas/template-groups.ts';
import type { RecordingSetup } from '../services/recording/wanted.ts';

/** What the cloud is told to record (cloud facts 4.2, 4.3), as the policies need it. */
export function recordedOf({ configs, storing }: Pick<RecordingSetup, 'configs' | 'storing'>): readonly Recorded[] {
  const toldOf = (group: string | null): Recorded['segments'] => {
    if (group === noTranscode) return 'played';
    return group !== null && storing.includes(group) ? 'stored' : 'transcoded';
  };
  return configs.map((config, index) => ({
    path: `recording.configs[${index}]`,
    domain: config.domainName,
    app: config.appName,
    stream: config.streamName ?? '*',
    cycleSeconds: config.cycleSeconds ?? 3600,
    disconnectDelaySeconds: config.disconnectDelaySeconds ?? 180,
    composes: config.autoCompose,
    segments: toldOf(config.transcodeGroupId),
    composed: config.autoCompose ? toldOf(config.composeTranscodeGroupId) : null,
    formats: config.recordFormats.map(({ format }) => format),
  }));
}
