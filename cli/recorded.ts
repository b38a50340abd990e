import { alike, type Recorded, type Told, type ToldFormat } from '../processors/policy/index.ts';
import { noTranscode } from '../schemas/template-groups.ts';
import { processes } from '../services/recording/formats.ts';
import type { RecordingSetup, WantedConfig } from '../services/recording/wanted.ts';

/** What the cloud is told to record (cloud facts 4.2, 4.3, 4.12), as the policies need it. */
export function recordedOf({ configs, storing }: Pick<RecordingSetup, 'configs' | 'storing'>): readonly Recorded[] {
  const toldOf = (group: string | null): Told => {
    if (group === noTranscode) return 'played';
    return group !== null && storing.includes(group) ? 'stored' : 'transcoded';
  };

  const formatsOf = ({ recordFormats, formats }: WantedConfig, path: string): readonly ToldFormat[] =>
    recordFormats.map((one, index) => {
      const id = one.processTemplateId;
      const made: Told = one.processMethod === 'workflow' && id !== null ? { workflowId: id } : toldOf(id);
      // Nothing is made of what the group or workflow isn't for.
      const of = (what: 'origin' | 'compose'): Told => (processes(one, what) ? made : 'stored');
      return {
        path: formats === 'workflow' ? `${path}.workflow` : `${path}.formats[${index}]`,
        format: one.format,
        segments: of('origin'),
        composed: one.autoCompose ? of('compose') : null,
      };
    });

  return configs.map((config, index) => {
    const path = `recording.configs[${index}]`;
    const formats = formatsOf(config, path);
    const films = formats.flatMap(({ composed }) => composed ?? []);
    const composed = config.autoCompose ? toldOf(config.composeTranscodeGroupId) : null;
    return {
      path,
      domain: config.domainName,
      app: config.appName,
      stream: config.streamName ?? '*',
      cycleSeconds: config.cycleSeconds ?? 3600,
      disconnectDelaySeconds: config.disconnectDelaySeconds ?? 180,
      composes: formats.length > 0 ? films.length > 0 : config.autoCompose,
      segments: formats.length > 0 ? alike(formats.map(({ segments }) => segments)) : toldOf(config.transcodeGroupId),
      composed: formats.length === 0 ? composed : films.length > 0 ? alike(films) : null,
      formats,
    };
  });
}
