import type { Recorded } from '../processors/policy/index.ts';
import type { RecordingSetup } from '../services/recording/wanted.ts';

/** What the cloud is told to record (cloud facts 4.2, 4.3), as the policies need it. */
export function recordedOf({ configs }: Pick<RecordingSetup, 'configs'>): readonly Recorded[] {
  return configs.map((config, index) => ({
    path: `recording.configs[${index}]`,
    domain: config.domainName,
    app: config.appName,
    stream: config.streamName ?? '*',
    cycleSeconds: config.cycleSeconds ?? 3600,
    disconnectDelaySeconds: config.disconnectDelaySeconds ?? 180,
    composes: config.autoCompose,
    formats: config.recordFormats.map(({ format }) => format),
  }));
}
