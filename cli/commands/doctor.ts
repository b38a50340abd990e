import type { Command } from 'commander';
import { counted } from '../../platform/counted.ts';
import type { Transcoding } from '../../processors/policy/index.ts';
import { urlAt } from '../../schemas/address.ts';
import { baseUrl } from '../../schemas/base-url.ts';
import { shown } from '../../schemas/shown.ts';
import { endpointsOf } from '../endpoints.ts';
import { readConfiguration } from '../environment.ts';
import { CommandFault, exitCode } from '../exit.ts';
import { processFindings } from '../roles/processes.ts';
import { addDoctorCloud } from './doctor-cloud.ts';

export function addDoctor(program: Command): void {
  const doctor = program.command('doctor');
  addDoctorCloud(doctor);
  doctor
    .description('check configuration and parts; with a stream: say which policy it gets and why')
    .argument('[stream]', 'domain/app/stream')
    .action(async (stream?: string) => {
      const configuration = readConfiguration();
      console.log(
        `configuration: ${configuration.file ?? 'no file, environment and defaults only'}; ${counted(configuration.policies.rules.length, 'policy', 'policies')}`,
      );
      if (stream !== undefined) {
        explain(stream, configuration.policies);
        return;
      }
      const { settings } = configuration;
      for (const { what, surplus } of processFindings(settings))
        console.log(surplus === null ? `  ok    ${what}` : `  warn  ${what}: ${surplus}`);
      const endpoints = endpointsOf(settings);
      const ingressUrl = urlAt(settings.INGRESS_BIND, settings.INGRESS_PORT);
      const { callbackEndpointsOf } = await import('../callback-endpoints.ts');
      const { checkCallback } = await import('../callback-check.ts');
      const parts = await Promise.all([
        check(`Kafka at ${endpoints.brokers}`, 'KAFKA_BROKERS', () => askKafka(settings)),
        checkCompression(settings),
        check(`schema registry at ${new URL(endpoints.registryUrl).origin}`, 'SCHEMA_REGISTRY_URL', () =>
          get(endpoints.registryUrl, '/subjects'),
        ),
        check(`ClickHouse at ${new URL(endpoints.clickhouseUrl).origin}`, 'CLICKHOUSE_URL', () =>
          askClickhouse(configuration),
        ),
        check(`ingress on port ${settings.INGRESS_PORT}`, 'INGRESS_PORT', () => get(ingressUrl, '/readyz')),
        check(`console on port ${settings.CONSOLE_PORT}`, 'CONSOLE_PORT', () =>
          get(urlAt(settings.CONSOLE_BIND, settings.CONSOLE_PORT), '/readyz'),
        ),
        ...callbackEndpointsOf(settings, configuration.callbacks).map((endpoint) =>
          check(`callback through ${endpoint.path}, signed for ${endpoint.url}`, 'VOD_CALLBACK_URL', () =>
            checkCallback(ingressUrl, endpoint),
          ),
        ),
      ]);
      if (parts.includes(false))
        throw new CommandFault(
          'not everything answers (above); ./live2vod up starts what is embedded',
          exitCode.unavailable,
        );
    });
}

function explain(stream: string, policies: ReturnType<typeof readConfiguration>['policies']): void {
  const [domainName, appName, streamName, ...more] = stream.split('/');
  if (!domainName || !appName || !streamName || more.length > 0) {
    throw new CommandFault(`${stream}: a stream is given as domain/app/stream`, exitCode.usage);
  }
  const { policy, why, passedOver, origins, formats } = policies.explain({ domainName, appName, streamName });
  console.log(`${stream} gets ${policy.name}: ${why}`);
  if (passedOver.length > 0) console.log(`also matching, less precise: ${passedOver.join(', ')}`);
  const { recording, segments, composed } = policy;
  console.log(`cycle: ${recording.cycleSeconds} s (${origins.cycleSeconds})`);
  console.log(`disconnect delay: ${recording.disconnectDelaySeconds} s (${origins.disconnectDelaySeconds})`);
  console.log(`composed by: ${composed.compose === 'none' ? 'nobody' : composed.compose} (${origins.compose})`);
  if (formats.length === 0) console.log(`segments ${transcoding(segments, origins.segments, origins.segmentsPlay)}`);
  const weCompose = composed.compose === 'pipeline' || composed.takeOverAfterSeconds !== undefined;
  if (weCompose && segments.transcode === 'approval' && !segments.sourcePlays)
    console.log('composing by us waits until a person has had every segment transcoded: the cloud composes what plays');
  if (formats.length === 0 && composed.compose !== 'none')
    console.log(`composed video ${transcoding(composed, origins.composed, origins.composedPlay)}`);
  console.log(`record formats: ${formats.length > 0 ? formats.join(', ') : 'not said here'} (${origins.format})`);
  for (const format of formats) {
    const of = policy.formats[format];
    if (of === undefined) continue;
    console.log(`segments in ${format} ${transcoding(of.segments, origins.segments, origins.segmentsPlay)}`);
    if (composed.compose !== 'none')
      console.log(`composed video in ${format} ${transcoding(of.composed, origins.composed, origins.composedPlay)}`);
  }
  const { name: _, ...content } = policy;
  console.log(JSON.stringify(content, null, 2));
}

function transcoding(
  { transcode, sourcePlays, cloudWorkflowId }: Omit<Transcoding, 'transcode'> & { readonly transcode: string },
  from: string,
  playsFrom: string,
): string {
  const by = transcode === 'none' ? 'nobody' : transcode === 'approval' ? 'a person' : transcode;
  const who = cloudWorkflowId === null ? by : `${by}, by workflow ${cloudWorkflowId}`;
  return `transcoded by: ${who} (${from}); the source ${sourcePlays ? 'plays as it is' : "doesn't play by itself"} (${playsFrom})`;
}

async function check(what: string, setting: string, ask: () => Promise<void>): Promise<boolean> {
  try {
    await ask();
    console.log(shown(`  ok    ${what}`));
    return true;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const why = cause instanceof Error ? cause.message : String(cause);
    console.log(shown(`  FAIL  ${what} (${setting}): ${why}`));
    return false;
  }
}

async function askKafka(settings: ReturnType<typeof readConfiguration>['settings']): Promise<void> {
  const { Admin } = await import('../../connectors/kafka/index.ts');
  const { kafkaSettingsOf } = await import('../endpoints.ts');
  const admin = await Admin.connect(kafkaSettingsOf(settings, 'doctor'));
  admin.close();
}

/** Whether the Kafka client reads every way of compression, and whether a topic asks for one that it doesn't. */
async function checkCompression(settings: ReturnType<typeof readConfiguration>['settings']): Promise<boolean> {
  const { compressionRemedy, missingCompressionTypes } = await import('../../connectors/kafka/index.ts');
  const { unreadableTopics } = await import('../compression.ts');
  const { topicNamer } = await import('../endpoints.ts');
  const { topics } = await import('../../schemas/topics.ts');
  const missing = missingCompressionTypes();
  if (missing.length === 0) {
    console.log('  ok    the Kafka client reads gzip, snappy, lz4 and zstd');
    return true;
  }
  const unreadable = await unreadableTopics(
    settings,
    Object.values(topics).map(({ id }) => topicNamer(settings)(id)),
  ).catch(() => []);
  const used = unreadable
    .map(({ topic, compressionType }) => `; ${topic} has compression.type ${compressionType}`)
    .join('');
  console.log(`  ${unreadable.length > 0 ? 'FAIL' : 'warn'}  ${compressionRemedy(missing)}${used}`);
  return unreadable.length === 0;
}

/** As the sink asks: with its key or credentials, for its tables and rights. */
async function askClickhouse({ settings }: ReturnType<typeof readConfiguration>): Promise<void> {
  const { checkClickhouse } = await import('../../connectors/clickhouse/index.ts');
  const { clickhouseSettingsOf } = await import('../roles/analytics.ts');
  await checkClickhouse(clickhouseSettingsOf(settings));
}

/** A base's own path and login count, as they do for the roles; slashes at its end don't. */
async function get(base: string, path: string): Promise<void> {
  const { systemPlatform } = await import('../../platform/host/index.ts');
  const { url, headers } = baseUrl(base);
  const response = await systemPlatform.fetch(`${url}${path}`, { headers, signal: AbortSignal.timeout(5_000) });
  if (!response.ok) throw new Error(`answers ${response.status}: ${(await response.text()).slice(0, 200)}`);
}
