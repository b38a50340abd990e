import type { StreamRef } from '../../../schemas/generated/VideoState.ts';
import type { Container, RecordingProfile, Work } from '../../scenario/practice.ts';
import { templateGroupIds } from '../../scenario/templates.ts';

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
  const recorded = formats.map((format) => ({
    container: format.Format,
    composed: format.AutoCompose === 'ON',
    segments: workOf(format, 'origin'),
    film: workOf(format, 'compose'),
  }));
  return {
    ...(recorded.length === 0 ? {} : { formats: recorded }),
    cycleSeconds: config.CycleDuration,
    disconnectDelaySeconds: config.DelayTime,
    recordingTemplateGroupId: config.VodTranscodeGroupId,
    autoCompose: config.AutoCompose === 'ON',
    composeTemplateGroupId: config.ComposeVodTranscodeGroupId || null,
  };
}

/** Whether the format's template or workflow is for the recordings (`origin`, the default) or for what is composed of them. */
export function processes({ VideoProcess }: RecordFormat, what: 'origin' | 'compose'): boolean {
  return (VideoProcess ?? 'origin').split(',').includes(what);
}

/** What it isn't for is stored, and nothing is made of it. */
function workOf(format: RecordFormat, what: 'origin' | 'compose'): Work {
  const id = processes(format, what) ? format.ProcessTemplateId : undefined;
  if (id === undefined) return { templateGroupId: templateGroupIds.storeOnly };
  const { storeOnly } = templateGroupIds;
  return format.ProcessMethod === 'workflow' ? { templateGroupId: storeOnly, workflowId: id } : { templateGroupId: id };
}

function keyOf(domain: string, app: string, stream: string): string {
  return JSON.stringify([domain, app, stream]);
}
