import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ChildMessage, ChildSettings } from './child.ts';
import type { Topics } from './running.ts';

const entry = fileURLToPath(new URL('child.ts', import.meta.url));

export type IngressProcess = {
  readonly address: string;
  /** Where its metrics are, and its health with details. */
  readonly metricsAddress: string;
  readonly port: number;
  /** What readiness waits for, as last told. */
  waitingFor(): string | null;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL; resolves once it is gone. */
  kill9(): Promise<void>;
};

export type ProcessOptions = Omit<ChildSettings, 'kafka' | 'topicNames' | 'port'> & {
  readonly port?: number;
  /** Largest file that it can write: what a full disk looks like to its spool. */
  readonly fileLimitBytes?: number;
};

/** Starts an ingress in a process of its own; resolves when it listens. */
export async function startIngressProcess(topics: Topics, options: ProcessOptions): Promise<IngressProcess> {
  const { fileLimitBytes, ...rest } = options;
  const settings: ChildSettings = {
    port: 0,
    ...rest,
    kafka: topics.kafka,
    topicNames: { callbacks: topics.name('callbacks'), 'dead-letters': topics.name('dead-letters') },
  };
  const child = fileLimitBytes === undefined ? plain(settings) : limited(settings, fileLimitBytes);
  let waitingFor: string | null = null;
  const listening = new Promise<Extract<ChildMessage, { kind: 'listening' }>>((resolve, reject) => {
    child.on('message', (message: ChildMessage) => {
      if (message.kind === 'listening') resolve(message);
      else waitingFor = message.what;
    });
    child.once('exit', (code) => reject(new Error(`the ingress process ended with ${code} before it listened`)));
  });
  const { address, metricsAddress } = await listening;
  const gone = once(child, 'exit');
  return {
    address,
    metricsAddress,
    port: Number(new URL(address).port),
    waitingFor: () => waitingFor,
    async stop() {
      child.kill('SIGTERM');
      const [code] = (await gone) as [number | null];
      return code;
    },
    async kill9() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

function plain(settings: ChildSettings): ChildProcess {
  return fork(entry, [JSON.stringify(settings)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
}

function limited(settings: ChildSettings, fileLimitBytes: number): ChildProcess {
  // Without the trap the kernel would end the process by SIGXFSZ; with it the write fails with EFBIG.
  const script = `trap '' XFSZ; ulimit -f ${Math.ceil(fileLimitBytes / 512)}; exec "$0" "$@"`;
  return spawn('sh', ['-c', script, process.execPath, entry, JSON.stringify(settings)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}
