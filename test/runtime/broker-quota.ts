import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { ensureJars } from '../../local/index.ts';

/**
 * Makes the broker slow for one client: what that client produces is taken at `bytesPerSecond` (null: as fast as it
 * comes). By Kafka's own tool, as an operator would.
 */
export async function limitProducer(brokers: string, clientId: string, bytesPerSecond: number | null): Promise<void> {
  const { kafka } = await ensureJars({ folder: join(resolve(process.env.LIVE2VOD_HOME ?? '.live2vod'), 'jars') });
  const change =
    bytesPerSecond === null
      ? ['--delete-config', 'producer_byte_rate']
      : ['--add-config', `producer_byte_rate=${bytesPerSecond}`];
  await promisify(execFile)('java', [
    '-Xmx128m',
    ...['-cp', join(kafka, '*'), 'kafka.admin.ConfigCommand'],
    ...['--bootstrap-server', brokers, '--alter', '--entity-type', 'clients', '--entity-name', clientId],
    ...change,
  ]);
}
