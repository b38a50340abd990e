/** `./live2vod` as somebody starts it, with the stack of the tests, in a folder and on ports of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { freePorts } from '../../local/index.ts';
import { eventually } from '../support/eventually.ts';
import type { TestStack } from '../support/stack.ts';

const wrapper = join(import.meta.dirname, '../../live2vod');

export type Environment = Readonly<Record<string, string>>;

/** Settings for a command that disturbs nobody else on this machine. */
export async function ownSettings(stack: TestStack, host = '127.0.0.1') {
  const home = mkdtempSync(join(tmpdir(), 'live2vod-command-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));
  const [ingress = 0, page = 0, emulator = 0, clickhouse = 0] = await freePorts(4);
  return {
    LIVE2VOD_HOME: home,
    LIVE2VOD_BIND: host,
    KAFKA_BROKERS: stack.brokers,
    SCHEMA_REGISTRY_URL: stack.registryUrl,
    INGRESS_PORT: String(ingress),
    INGRESS_LAME_DUCK_SECONDS: '0',
    CONSOLE_PORT: String(page),
    EMULATOR_PORT: String(emulator),
    CLICKHOUSE_PORT: String(clickhouse),
  };
}

/** A command under way; the test ends it if it hasn't ended itself. */
export function command(args: readonly string[], settings: Environment) {
  const { LIVE2VOD_CONFIG: _config, CONSOLE_TOKEN: _token, ...environment } = process.env;
  const child = spawn(wrapper, args, { env: { ...environment, ...settings }, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
  }
  const status = once(child, 'close').then(([code]) => code as number | null);
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await status;
  });
  /** Resolves once it has said something that matches; rejects when it ends before. */
  const said = async (what: RegExp) => {
    const early = status.then((code) => {
      if (!what.test(text)) throw new Error(`it ended with ${code}:\n${text}`);
    });
    const heard = () => {
      if (!what.test(text)) throw new Error(`it has said:\n${text}`);
    };
    await Promise.race([eventually(heard, { timeoutMs: 120_000 }), early]);
  };
  return { pid: child.pid ?? 0, kill: (signal: NodeJS.Signals) => child.kill(signal), text: () => text, said, status };
}

/** The processes that `pid` has started and that run, with their command lines. */
export function childrenOf(pid: number): { pid: number; args: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const parent = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1];
        if (Number(parent) !== pid) return [];
        const args = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0').join(' ').trim();
        return [{ pid: Number(name), args }];
      } catch {
        return []; // It has ended meanwhile.
      }
    });
}
