/** `live2vod run ROLE` as a user starts it: a process of its own, with all of the wrapper's flags. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import type { RoleMessage } from '../platform/role-messages.ts';
import { environmentOf } from '../schemas/role-settings.ts';

export type Running = {
  readonly pid: number;
  /** Resolves once it works, all states restored; rejects when the process ends before. */
  readonly ready: Promise<void>;
  /** SIGTERM closes its stores, SIGKILL doesn't. Resolves once the process is gone. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<unknown>;
};

export type RunningRole = Running & {
  readonly logFile: string;
  /** Throws where it has ended by itself, or by a signal to all of the benchmark's processes. */
  requireAlive(): void;
  /** Resolves with the exit code, null where the signal ended it. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
};

export type RolePlace = {
  readonly brokers: string;
  /** Of a role that has one. */
  readonly registryUrl?: string;
  readonly prefix: string;
  /** Its home: stores, configuration and log. */
  readonly folder: string;
  /** What the configuration file says. Default: no policies. */
  readonly configuration?: unknown;
  /** Further settings. */
  readonly settings?: Readonly<Record<string, string>>;
};

const wrapper = fileURLToPath(new URL('../live2vod', import.meta.url));

export async function startRole(role: 'ingress' | 'processor' | 'sink', place: RolePlace): Promise<RunningRole> {
  await mkdir(place.folder, { recursive: true });
  const configuration = join(place.folder, 'live2vod.yaml');
  await writeFile(configuration, stringify(place.configuration ?? { policies: [] }));
  const child = spawn(wrapper, ['run', role], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...environmentOf(role, process.env),
      KAFKA_BROKERS: place.brokers,
      ...(place.registryUrl === undefined ? {} : { SCHEMA_REGISTRY_URL: place.registryUrl }),
      LIVE2VOD_TOPIC_PREFIX: place.prefix,
      LIVE2VOD_HOME: place.folder,
      LIVE2VOD_CONFIG: configuration,
      ...place.settings,
    },
  });
  const logFile = join(place.folder, `${role}.log`);
  const log = createWriteStream(logFile, { flags: 'a' });
  child.stdout?.pipe(log);
  child.stderr?.pipe(log);
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const early = ended.then(([code]) => new Error(`the ${role} ended (${code}) before it was ready: see ${logFile}`));
  return {
    logFile,
    pid: child.pid ?? 0,
    ready: readyOf(child, early),
    requireAlive() {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`the ${role} has ended: see ${logFile}`);
    },
    async stop(signal) {
      child.kill(signal);
      const [code] = await ended;
      return code;
    },
  };
}

function readyOf(child: ChildProcess, early: Promise<Error>): Promise<void> {
  const ready = new Promise<void>((resolve, reject) => {
    child.on('message', (message: RoleMessage) => {
      if (message.kind === 'waiting' && message.for === null) resolve();
    });
    child.once('error', reject);
    early.then(reject, reject);
  });
  // Whoever waits for it is told; nobody has to.
  ready.catch(() => {});
  return ready;
}
