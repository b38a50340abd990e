import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { StackError } from '../errors.ts';
import { type ClickhouseAccess, embeddedAccess } from './access/credentials.ts';

export type SpawnedClickhouse = {
  /** Base URL, no path. */
  readonly url: string;
  readonly pid: number;
  /** Where it is and what it takes to be answered. */
  readonly access: ClickhouseAccess;
  /** Lets what runs finish, then ends the process. Safe to call twice. */
  stop(): Promise<void>;
  /** Ends the process as a crash would. */
  kill(): Promise<void>;
};

/**
 * Starts the embedded ClickHouse as a child process and resolves when it answers. The child ends with its parent.
 * @param options.port 0 (the default) for any free one
 * @throws StackError `ROLE_DIED` with what the process said
 */
export async function spawnClickhouseRole(options: {
  readonly folder: string;
  readonly port?: number;
  readonly host?: string;
}): Promise<SpawnedClickhouse> {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const args = [main, options.folder, String(options.port ?? 0), options.host ?? '127.0.0.1'];
  // It needs nothing of our environment: what it is to know are its arguments, and no secret of ours is one of them.
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'], env: {} });
  const ended = once(child, 'exit');
  const url = await listening(child);
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await ended;
  };
  const access = embeddedAccess(options.folder, url);
  return { url, access, pid: child.pid ?? 0, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

function listening(child: ChildProcess): Promise<string> {
  let said = '';
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-2_000);
  });
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-2_000);
      const url = /^listening (\S+)$/m.exec(said)?.[1];
      if (url) resolve(url);
    });
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      reject(new StackError('ROLE_DIED', `the embedded ClickHouse ended (${code ?? signal}): ${complaint.trim()}`)),
    );
  });
}
