import { execFile } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const tools = [
  'cat',
  'cmp',
  'cp',
  'date',
  'dirname',
  'env',
  'find',
  'head',
  'kill',
  'ln',
  'mkdir',
  'mv',
  'readlink',
  'rm',
  'rmdir',
  'sed',
  'sh',
  'sleep',
  'tail',
  'uname',
];

let folder: string;
let bin: string;
let clone: string;

/** A clone of just the wrapper's files, and a PATH with the system's tools and whatever the test adds. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'live2vod-wrapper-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  bin = join(folder, 'bin');
  clone = join(folder, 'clone');
  mkdirSync(bin);
  mkdirSync(join(clone, 'local'), { recursive: true });
  for (const file of ['live2vod', 'package-lock.json']) copyFileSync(join(root, file), join(clone, file));
  for (const file of ['setup.sh', 'node.sh', 'native-client.sh', 'start.sh'])
    cpSync(join(root, 'local', file), join(clone, 'local', file));
  // A bundle newer than the page's sources, of which there are none.
  mkdirSync(join(clone, 'web/dist'), { recursive: true });
  writeFileSync(join(clone, 'web/dist/index.html'), '');
  for (const tool of tools) {
    for (const place of ['/usr/bin', '/bin']) {
      try {
        readFileSync(join(place, tool));
        symlinkSync(join(place, tool), join(bin, tool));
        break;
      } catch {}
    }
  }
});

/** A command that does what `script` says; each call is noted in `calls`. */
function command(name: string, script: string): void {
  const calls = join(folder, 'calls');
  writeFileSync(join(bin, name), `#!/bin/sh\necho "${name} $*" >>'${calls}'\n${script}\n`, { mode: 0o755 });
}

const calls = (name: string) =>
  readFileSync(join(folder, 'calls'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith(`${name} `));

function allPresent(): void {
  command('node', 'case $1 in -v) echo v24.1.0 ;; */main.ts) shift; echo "ran $*" ;; esac');
  command('npm', 'sleep 0.2; mkdir -p node_modules');
  command('java', 'echo \'openjdk version "21.0.1" 2023-10-17\' >&2');
  command('mvn', '');
}

type Run = { status: number; stdout: string; stderr: string };

const live2vod = (...args: string[]): Promise<Run> => runWith(bin, ...args);

function runWith(path: string, ...args: string[]): Promise<Run> {
  return new Promise((done) => {
    const env = { PATH: path, HOME: folder };
    execFile('/bin/sh', [join(clone, 'live2vod'), ...args], { env, cwd: folder }, (error, stdout, stderr) =>
      done({ status: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

// Its logs once had the modes of the umask, in the folder that is LIVE2VOD_HOME by default.
test('what the installation keeps in the home is for its user alone, what it installs is not', async () => {
  allPresent();
  command('npm', 'umask >"$PWD/umask-of-npm"; mkdir -p node_modules');
  const before = process.umask(0o022);
  onTestFinished(() => void process.umask(before));
  await live2vod('demo');
  const modeOf = (path: string) => statSync(join(clone, path)).mode & 0o777;
  expect([modeOf('.live2vod'), modeOf('.live2vod/setup.log')]).toEqual([0o700, 0o600]);
  expect(readFileSync(join(clone, 'umask-of-npm'), 'utf8').trim()).toBe('0022');
});

describe('./live2vod without what it needs', () => {
  test('says each thing that is missing on a line of its own, with what to do', async () => {
    const { status, stderr } = await live2vod('demo');
    expect(status).toBe(69);
    expect(stderr.trimEnd().split('\n')).toEqual([
      'live2vod: Node.js is missing. Install Node.js 20 or newer (https://nodejs.org) and put it on PATH.',
      'live2vod: Java is missing. Install Java 17 or newer (https://adoptium.net) and put it on PATH, or set JAVA_HOME.',
      'live2vod: Maven is missing. Install Maven (https://maven.apache.org) and put mvn on PATH.',
    ]);
  });

  test.each([
    ['node', 'echo v18.20.4', 'Node.js v18.20.4 is too old. Install Node.js 20 or newer'],
    ['java', `echo 'openjdk version "11.0.2"' >&2`, 'Java 11.0.2 is too old. Install Java 17 or newer'],
    ['java', `echo 'java version "1.8.0_292"' >&2`, 'Java 1.8.0_292 is too old. Install Java 17 or newer'],
  ])('an old %s is named with its version: %s', async (name, script, message) => {
    allPresent();
    command(name, script);
    const { status, stderr } = await live2vod('demo');
    expect(status).toBe(69);
    expect(stderr).toMatch(/^live2vod: .*\n$/);
    expect(stderr).toContain(message);
  });

  test('Node without npm is told apart', async () => {
    allPresent();
    rmSync(join(bin, 'npm'));
    expect((await live2vod('demo')).stderr).toMatch(/^live2vod: npm is missing\. .*\n$/);
  });
});

describe('./live2vod', () => {
  test('installs once, then runs at once with its arguments unchanged', async () => {
    allPresent();
    const first = await live2vod('demo', '--seed', '7', 'a b');
    expect(first, first.stderr).toMatchObject({ status: 0, stdout: 'ran demo --seed 7 a b\n' });
    expect(first.stderr).toContain('Installing npm packages');
    expect(calls('npm')).toEqual([expect.stringMatching(/^npm ci --ignore-scripts/)]);

    expect(await live2vod('status')).toEqual({ status: 0, stdout: 'ran status\n', stderr: '' });
    expect(calls('npm')).toHaveLength(1);
  });

  test('installs again when the lock file or Node has changed', async () => {
    allPresent();
    await live2vod();
    appendFileSync(join(clone, 'package-lock.json'), '\n');
    await live2vod();
    expect(calls('npm')[1]).toMatch(/^npm install --no-save --ignore-scripts/);
    command('node', 'case $1 in -v) echo v25.0.0 ;; esac');
    await live2vod();
    expect(calls('npm')).toHaveLength(3);
  });

  test('called from an npm script, with our own Node first on PATH, it finds all in place', async () => {
    allPresent();
    const own = join(clone, 'node_modules/.bin');
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, 'node'), '#!/bin/sh\necho v99.0.0\n', { mode: 0o755 });
    await live2vod();
    expect(await runWith(`${own}:${bin}`, 'status')).toEqual({ status: 0, stdout: 'ran status\n', stderr: '' });
    expect(calls('npm')).toHaveLength(1);
  });

  // The client's installer does nothing where one is there: it was never replaced, and cached as one that has zstd.
  // The client that was built without zstd ended processor and sink in a loop at the first batch of somebody else's zstd.
  test('a Kafka client without zstd is replaced where it could have it, and kept where not', async () => {
    allPresent();
    const built = join(folder, 'built');
    command(
      'node',
      `case "$1 $2" in
        -v*) echo v24.1.0 ;;
        *features.includes*) [ -e '${built}' ] ;;
        -p*) echo key ;;
        */main.ts*) shift; echo "ran $*" ;;
      esac`,
    );
    const addon = 'node_modules/@confluentinc/kafka-javascript/build/Release';
    // As the client's installer does: what is there is left alone.
    const rebuild = `[ -e ${addon}/a.node ] || { mkdir -p ${addon}; : >${addon}/a.node; : >'${built}'; }`;
    command('npm', `case $1 in rebuild) ${rebuild} ;; *) mkdir -p ${addon}; : >${addon}/a.node ;; esac`);
    command('cc', 'exit 1');
    expect((await live2vod('a')).stdout).toBe('ran a\n');
    expect(calls('npm').filter((call) => call.startsWith('npm rebuild'))).toHaveLength(0);

    command('cc', '');
    rmSync(join(clone, 'node_modules/.live2vod-stamp'));
    command('npm', `[ $1 != rebuild ] || exit 1`);
    const kept = await live2vod('kept');
    expect(kept).toMatchObject({ status: 0, stdout: 'ran kept\n', stderr: expect.stringContaining('without zstd') });
    expect(existsSync(join(clone, addon, 'a.node'))).toBe(true);

    rmSync(join(clone, 'node_modules/.live2vod-stamp'));
    command('npm', `case $1 in rebuild) ${rebuild} ;; esac`);
    const again = await live2vod('b');
    expect(again, again.stderr).toMatchObject({ stdout: 'ran b\n' });
    expect(calls('npm').filter((call) => call.startsWith('npm rebuild'))).toHaveLength(2);
    expect(existsSync(built)).toBe(true);
    expect(calls('node').some((call) => call.includes('kafka-javascript'))).toBe(true);
  });

  test('a failed installation shows the end of the log and its name, and is tried again', async () => {
    allPresent();
    command('npm', 'echo "no way to the registry" >&2; exit 1');
    const failed = await live2vod('demo');
    expect(failed.status).toBe(70);
    expect(failed.stdout).toBe('');
    expect(failed.stderr).toContain('no way to the registry');
    expect(failed.stderr).toContain(join(clone, '.live2vod/setup.log'));
    allPresent();
    expect((await live2vod('demo')).stdout).toBe('ran demo\n');
    expect(calls('npm')[1]).toMatch(/^npm ci/);
  });

  test('runs that start together install one after the other, and a dead holder of the lock is passed over', async () => {
    allPresent();
    command(
      'npm',
      `[ ! -e '${folder}/busy' ] || echo overlap >>'${folder}/calls'; : >'${folder}/busy'; sleep 0.3; mkdir -p node_modules; rm '${folder}/busy'`,
    );
    mkdirSync(join(clone, '.live2vod'));
    symlinkSync('4194305', join(clone, '.live2vod/setup.lock'));
    const names = ['a', 'b', 'c', 'd'];
    const runs = await Promise.all(names.map((name) => live2vod(name)));
    expect(runs.map((run) => run.stdout)).toEqual(names.map((name) => `ran ${name}\n`));
    expect(readFileSync(join(folder, 'calls'), 'utf8')).not.toContain('overlap');
  });
});
