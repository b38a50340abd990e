import type { StreamRef } from '../../../schemas/generated/VideoState.ts';
import type { Container, RecordingProfile } from '../../scenario/practice.ts';

/** How one container is recorded, where configurations are given per container (cloud facts 4.12). */
export type RecordFormat = {
  readonly Format: Container;
  readonly AutoCompose?: 'ON' | 'OFF';
  readonly ProcessMethod?: 'transcode' | 'workflow';
  readonly ProcessTemplateId?: string;
  readonly VideoProcess?: string;
  readonly SliceDuration?: number;
  readonly Tags?: string;
};

/** One recording configuration, as AddLiveRecordVodConfig takes it and DescribeLiveRecordVodConfigs gives it. */
export type RecordConfig = {
  readonly DomainName: string;
  readonly AppName: string;
  /** `*` for all streams of the app. */
  readonly StreamName: string;
  /** Seconds. */
  readonly CycleDuration: number;
  /** Seconds. */
  readonly DelayTime: number;
  readonly AutoCompose: 'ON' | 'OFF';
  readonly VodTranscodeGroupId: string;
  readonly ComposeVodTranscodeGroupId: string;
  readonly OnDemand: number;
  readonly StorageLocation: string;
  readonly RecordContent: string;
  readonly SpaceId: string;
  readonly RecordFormatList: { readonly RecordFormat: readonly RecordFormat[] };
  readonly TranscodeTemplates: string;
  /** Whether containers are configured one by one. */
  readonly FormatConfig: boolean;
  readonly CreateTime: string;
};

/** Live's recording configurations: one per domain, app and stream; the most precise one counts. */
export class RecordConfigs {
  readonly #configs = new Map<string, RecordConfig>();

  get all(): RecordConfig[] {
    return [...this.#configs.values()];
  }

  has(domain: string, app: string, stream: string): boolean {
    return this.#configs.has(keyOf(domain, app, stream));
  }

  get(domain: string, app: string, stream: string): RecordConfig | undefined {
    return this.#configs.get(keyOf(domain, app, stream));
  }

  put(config: RecordConfig): void {
    this.#configs.set(keyOf(config.DomainName, config.AppName, config.StreamName), config);
  }

  delete(domain: string, app: string, stream: string): boolean {
    return this.#configs.delete(keyOf(domain, app, stream));
  }

  /** How this stream is recorded; null: it isn't. */
  profileOf({ domainName, appName, streamName }: StreamRef): RecordingProfile | null {
    const candidates = [
      [appName, streamName],
      [appName, '*'],
      ['*', '*'],
    ] as const;
    for (const [app, stream] of candidates) {
      const config = this.#configs.get(keyOf(domainName, app, stream));
      if (config) return { ...profile(config), domainName, appName };
    }
    return null;
  }
}

function profile(config: RecordConfig): Omit<RecordingProfile, 'domainName' | 'appName'> {
  const formats = config.RecordFormatList.RecordFormat;
  const composed = formats.filter(({ AutoCompose }) => AutoCompose === 'ON').map(({ Format }) => Format);
  return {
    ...(formats.length === 0 ? {} : { containers: formats.map(({ Format }) => Format) }),
    ...(composed.length === 0 ? {} : { composedContainers: composed }),
    cycleSeconds: config.CycleDuration,
    disconnectDelaySeconds: config.DelayTime,
    recordingTemplateGroupId: config.VodTranscodeGroupId,
    autoCompose: config.AutoCompose === 'ON',
    composeTemplateGroupId: config.ComposeVodTranscodeGroupId || null,
  };
}

function keyOf(domain: string, app: string, stream: string): string {
  return JSON.stringify([domain, app, stream]);
}
