import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nowMs } from './clock.ts';
import { mavenEnvironment } from './environment.ts';
import { StackError } from './errors.ts';

const pom = fileURLToPath(new URL('pom.xml', import.meta.url));

export type JarsOptions = {
  /** Where the jars shall lie. */
  readonly folder: string;
  /** Called with one line per step. */
  readonly onProgress?: (line: string) => void;
  /** Ends the fetching. */
  readonly signal?: AbortSignal | undefined;
  /** The Maven command. Default `mvn`, from PATH. */
  readonly maven?: string;
};

export type Jars = { readonly kafka: string; readonly registry: string };

/**
 * Makes sure that `folder` holds the jars that `pom.xml` names, and gives their folders. Maven's own repository is
 * the cache: a second folder costs seconds and no download. Built beside and moved in, so that an interrupted or a
 * concurrent run never leaves half a set; a copy of the pom tells which set it is.
 */
export function ensureJars(options: JarsOptions): Promise<Jars> {
  const folder = resolve(options.folder);
  const begun = inProgress.get(folder);
  if (begun !== undefined) return begun;
  const jars = fetchJars({ ...options, folder }).finally(() => inProgress.delete(folder));
  inProgress.set(folder, jars);
  return jars;
}

/** By folder: callers of one process share a run, as they would share its temporary folder. */
const inProgress = new Map<string, Promise<Jars>>();

async function fetchJars({ folder, onProgress = () => {}, maven = 'mvn', signal }: JarsOptions): Promise<Jars> {
  const jars = { kafka: join(folder, 'kafka'), registry: join(folder, 'registry') };
  if (await upToDate(folder)) return jars;
  const began = nowMs();
  onProgress('Fetching Kafka and the schema registry (about 190 MB the first time) …');
  const fresh = `${folder}.${process.pid}`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(dirname(folder), { recursive: true });
  try {
    await mkdir(fresh);
    await copyFile(pom, join(fresh, 'pom.xml'));
    await runMaven(maven, fresh, `${folder}.log`, signal);
    await rm(join(fresh, 'markers'), { recursive: true, force: true });
    await moveIn(fresh, folder);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  onProgress(`Kafka and the schema registry are in ${folder} (${Math.round((nowMs() - began) / 1000)} s).`);
  return jars;
}

async function upToDate(folder: string): Promise<boolean> {
  try {
    return (await readFile(join(folder, 'pom.xml'))).equals(await readFile(pom));
  } catch {
    return false;
  }
}

async function moveIn(fresh: string, folder: string): Promise<void> {
  const old = `${fresh}.old`;
  try {
    await rename(folder, old);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  try {
    await rename(fresh, folder);
  } catch (error) {
    // Another run moved its own set in at the same moment: that one serves as well.
    if (!(await upToDate(folder))) throw error;
  }
  await rm(old, { recursive: true, force: true });
}

function runMaven(maven: string, jars: string, logFile: string, signal: AbortSignal | undefined): Promise<void> {
  const log = openSync(logFile, 'w');
  return new Promise<void>((resolve, reject) => {
    // -C: a jar whose checksum differs from the repository's is refused; by default Maven warns and takes it.
    const child = spawn(maven, ['-B', '-C', '-ntp', 'generate-resources', '-Djars=.'], {
      // In the folder itself, whose way Maven would read `${…}` in: see work-folder.ts.
      cwd: jars,
      stdio: ['ignore', log, log],
      env: mavenEnvironment(userSettings()),
    });
    child.once('error', (cause) =>
      reject(new StackError('JARS_FAILED', `"${maven}" could not be started. Install Maven.`, { cause })),
    );
    const end = () => child.kill('SIGTERM');
    if (signal?.aborted) end();
    signal?.addEventListener('abort', end, { once: true });
    child.once('exit', (code) => {
      signal?.removeEventListener('abort', end);
      if (code === 0) return resolve();
      reject(new StackError('JARS_FAILED', `Maven could not fetch the jars: see ${logFile}.`, { retryable: true }));
    });
  }).finally(() => closeSync(log));
}

function userSettings(): string {
  try {
    return readFileSync(join(homedir(), '.m2', 'settings.xml'), 'utf8');
  } catch {
    return '';
  }
}
