/** `live2vod demo` as somebody starts it, on ports and in a folder of its own, at the brokers of the tests. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../../local/index.ts';
import type { TestStack } from '../../support/stack.ts';

const main = join(import.meta.dirname, '../../../cli/main.ts');

export type RunningDemo = {
  readonly url: string;
  readonly emulatorUrl: string;
  /** Of its topics. */
  readonly prefix: string;
  /** Resolves once the demo has said something that matches, or rejects when it ends before. */
  said(what: RegExp): Promise<string>;
  /** Ends it as Ctrl-C does; gives its exit status. */
  stop(): Promise<number | null>;
};

export async function startDemo(stack: TestStack, options: readonly string[] = []): Promise<RunningDemo> {
  const home = await mkdtemp(join(tmpdir(), 'live2vod-demo-'));
  const prefix = `demo-${randomUUID()}.`;
  const [ingress = 0, console = 0, emulator = 0, clickhouse = 0] = await freePorts(4);
  const { LIVE2VOD_CONFIG: _config, CONSOLE_TOKEN: _token, ...environment } = process.env;
  const child = spawn(process.execPath, [main, 'demo', ...options], {
    env: {
      ...environment,
      LIVE2VOD_HOME: home,
      KAFKA_BROKERS: stack.brokers,
      SCHEMA_REGISTRY_URL: stack.registryUrl,
      LIVE2VOD_TOPIC_PREFIX: prefix,
      INGRESS_PORT: String(ingress),
      CONSOLE_PORT: String(console),
      EMULATOR_PORT: String(emulator),
      CLICKHOUSE_PORT: String(clickhouse),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  let text = '';
  let heard = () => {};
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      heard();
    });
  return {
    url: `http://127.0.0.1:${console}`,
    emulatorUrl: `http://127.0.0.1:${emulator}`,
    prefix,
    async said(what) {
      for (;;) {
        const found = what.exec(text);
        if (found) return found[0];
        const more = new Promise<null>((resolve) => {
          heard = () => resolve(null);
        });
        const end = await Promise.race([more, ended]);
        if (end && !what.test(text)) throw new Error(`the demo ended with ${end[0]}:\n${text.slice(-2_000)}`);
      }
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT');
      const [status] = await ended;
      await rm(home, { recursive: true, force: true });
      return status;
    },
  };
}
