/** Builds the Kafka Streams peer with Maven, once per state of its sources. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { access, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measuredEnvironment } from '../environment.ts';

const source = fileURLToPath(new URL('kafka-streams', import.meta.url));

/** The class path of the built peer. `home` is LIVE2VOD_HOME; the first build takes about 20 s and 80 MB from Maven Central. */
export async function buildPeer(home: string, print: (line: string) => void): Promise<string> {
  const folder = join(home, 'bench', `kafka-streams-${await digestOf(source)}`);
  const classPath = `${join(folder, 'classes')}:${join(folder, 'lib', '*')}`;
  if (await exists(folder)) return classPath;
  print('building the Kafka Streams peer with Maven (about 80 MB the first time) …');
  const fresh = `${folder}.${process.pid}`;
  const log = `${folder}.log`;
  await mkdir(join(home, 'bench'), { recursive: true });
  try {
    await maven(fresh, log);
    // Built beside and moved in, so that an interrupted build never counts; a concurrent one's result is the same.
    await rename(fresh, folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  print(`built: ${folder}`);
  return classPath;
}

async function digestOf(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(folder, { recursive: true })).sort()) {
    if (name !== 'pom.xml' && !name.endsWith('.java')) continue;
    hash.update(name).update(await readFile(join(folder, name)));
  }
  return hash.digest('hex').slice(0, 12);
}

function exists(folder: string): Promise<boolean> {
  return access(folder).then(
    () => true,
    () => false,
  );
}

function maven(folder: string, logFile: string): Promise<void> {
  const log = openSync(logFile, 'w');
  return new Promise<void>((resolve, reject) => {
    const child = spawn('mvn', ['-B', '-C', '-ntp', '-f', join(source, 'pom.xml'), 'compile', `-Dbuild=${folder}`], {
      stdio: ['ignore', log, log],
      env: measuredEnvironment(),
    });
    child.once('error', (cause) =>
      reject(
        new Error('the Kafka Streams peer needs Maven ("mvn"): install it, or leave the peer out (--no-peer)', {
          cause,
        }),
      ),
    );
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else
        reject(new Error(`Maven could not build the Kafka Streams peer (a JDK 17 or newer is needed): see ${logFile}`));
    });
  }).finally(() => closeSync(log));
}
