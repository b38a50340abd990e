import { type ExecFileException, execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

/** Where the official libraries lie, or why they don't. */
export type Libraries =
  | { readonly python: string; readonly nodeFolder: string; readonly missing: null }
  | { readonly missing: string };

declare module 'vitest' {
  interface ProvidedContext {
    readonly libraries: Libraries;
  }
}

const clients = join(import.meta.dirname, 'clients');
const run = promisify(execFile);
/** A first installation fetches some 40 packages. */
const patienceMs = 900_000;

/**
 * Installs the official libraries into `LIVE2VOD_HOME/conformance`, in the versions that `clients/requirements.txt` and
 * `clients/package-lock.json` pin, unless they are there.
 */
export default async function setup(project: TestProject): Promise<void> {
  const libraries = await ensureLibraries();
  if (libraries.missing !== null) console.log(`The conformance tests are left out: ${libraries.missing}`);
  project.provide('libraries', libraries);
}

async function ensureLibraries(): Promise<Libraries> {
  const pins = await Promise.all(
    ['requirements.txt', 'package-lock.json'].map((file) => readFile(join(clients, file))),
  );
  const version = createHash('sha256').update(Buffer.concat(pins)).digest('hex').slice(0, 12);
  const folder = join(resolve(process.env.LIVE2VOD_HOME ?? '.live2vod'), 'conformance', version);
  const python = join(folder, 'python/bin/python');
  const nodeFolder = join(folder, 'node');
  const done = join(folder, 'complete');
  const found = { python, nodeFolder, missing: null };
  try {
    await readFile(done);
    return found;
  } catch {
    await rm(folder, { recursive: true, force: true });
    await mkdir(nodeFolder, { recursive: true });
  }
  try {
    await run('python3', ['-m', 'venv', join(folder, 'python')], { timeout: patienceMs });
    const install = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--disable-pip-version-check'];
    const wanted = ['--requirement', join(clients, 'requirements.txt')];
    for (const file of ['package.json', 'package-lock.json']) await cp(join(clients, file), join(nodeFolder, file));
    await Promise.all([
      run(python, [...install, ...wanted], { timeout: patienceMs }),
      run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: nodeFolder, timeout: patienceMs }),
    ]);
    await writeFile(done, '');
    return found;
  } catch (error) {
    return { missing: `the official libraries can't be installed: ${reasonOf(error)}` };
  }
}

function reasonOf(error: unknown): string {
  const { code, stderr, message } = error as ExecFileException & { readonly stderr?: string };
  if (code === 'ENOENT') return 'python3 or npm is not on the PATH';
  return (stderr ?? '').trim().split('\n').at(-1) || message;
}
