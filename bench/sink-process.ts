/** `live2vod run sink` as a user starts it: a process of its own, with all of the wrapper's flags. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SpawnedClickhouse } from '../local/index.ts';
import type { RoleMessage } from '../platform/role-messages.ts';
import { environmentOf } from '../schemas/role-settings.ts';

export type SinkProcess = {
  readonly pid: number;
  /** Lets it finish, and rejects where it didn't end well. */
  stop(): Promise<void>;
};

export type SinkPlace = {
  readonly brokers: string;
  readonly registryUrl: string;
  readonly clickhouse: SpawnedClickhouse['access'];
  readonly prefix: string;
  /** Its home, configuration and log. */
  readonly folder: string;
};

/** Resolves once it has its partitions. */
export async function startSinkProcess(place: SinkPlace): Promise<SinkProcess> {
  const configuration = join(place.folder, 'live2vod.yaml');
  await writeFile(configuration, 'policies: []\n');
  const child = spawn(fileURLToPath(new URL('../live2vod', import.meta.url)), ['run', 'sink'], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...environmentOf('sink', process.env),
      KAFKA_BROKERS: place.brokers,
      SCHEMA_REGISTRY_URL: place.registryUrl,
      CLICKHOUSE_URL: place.clickhouse.url,
      CLICKHOUSE_USER: place.clickhouse.user,
      CLICKHOUSE_PASSWORD: place.clickhouse.password,
      LIVE2VOD_TOPIC_PREFIX: place.prefix,
      LIVE2VOD_HOME: place.folder,
      LIVE2VOD_CONFIG: configuration,
    },
  });
  const logFile = join(place.folder, 'sink.log');
  const log = createWriteStream(logFile);
  child.stdout?.pipe(log);
  child.stderr?.pipe(log);
  const ended = once(child, 'exit');
  const ready = new Promise<void>((resolve) => {
    child.on('message', (message: RoleMessage) => {
      if (message.kind === 'waiting' && message.for === null) resolve();
    });
  });
  const early = ended.then(([code]) => {
    throw new Error(`the sink ended (${code}): see ${logFile}`);
  });
  early.catch(() => {});
  await Promise.race([ready, early]);
  return {
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGTERM');
      const [code] = await ended;
      if (code !== 0) throw new Error(`the sink ended with ${code}: see ${logFile}`);
    },
  };
}
