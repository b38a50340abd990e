import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { StackError } from './errors.ts';

/** Throws PORT_TAKEN, naming the setting to change, unless `port` can be listened on. */
export async function requireFreePort(host: string, port: number, what: string, setting: string): Promise<void> {
  if (await isFree(host, port)) return;
  throw new StackError('PORT_TAKEN', `Port ${port} for ${what} is taken. Set ${setting} to a free port.`);
}

/** The address at which this machine reaches a server that listens on `host`. */
export const reachable = (host: string): string => (['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host);

/**
 * `count` free ports, for tests. They lie below the range that systems take for outgoing
 * connections, which would otherwise grab one before it is listened on.
 */
export async function freePorts(count: number, host = '127.0.0.1'): Promise<number[]> {
  const found = new Set<number>();
  while (found.size < count) {
    const port = randomInt(20_000, 32_000);
    if (!found.has(port) && (await isFree(host, port))) found.add(port);
  }
  return [...found];
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
