import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
const addon = 'node_modules/@confluentinc/kafka-javascript';

/** The shell commands of the step that takes the development packages out, with the folder /tmp/addon elsewhere. */
function strip(elsewhere: string): string {
  const step = /^RUN (mv node_modules\/@confluentinc(?:.*\\\n)+.*)/m.exec(dockerfile)?.[1];
  if (step === undefined) throw new Error('the Dockerfile has no such step');
  return step.replaceAll('/tmp/addon', elsewhere);
}

/** What that step leaves of a native client that consists of `files`; `npm` only takes the folder away. */
function leftOf(files: readonly string[]): string[] {
  const root = mkdtempSync(join(tmpdir(), 'live2vod-docker-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const file of files) {
    mkdirSync(dirname(join(root, addon, file)), { recursive: true });
    writeFileSync(join(root, addon, file), file);
  }
  const commands = `npm() { rm -rf node_modules; }\n${strip(join(root, 'addon'))}`;
  execFileSync('sh', ['-c', commands], { cwd: root });
  return readdirSync(join(root, addon), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath.slice(join(root, addon).length + 1), entry.name))
    .sort();
}

// A client that was downloaded has no folder build/deps, and `find` fails on a folder that isn't there: so did the build.
test('the image is built with a native client that was downloaded, and with one that was built', () => {
  const downloaded = ['build/Release/confluent-kafka-javascript.node'];
  expect(leftOf(downloaded)).toEqual(downloaded);
  const built = ['build/Release/confluent-kafka-javascript.node', 'build/deps/librdkafka.so.1'];
  expect(leftOf([...built, 'build/Release/obj.target/x.o', 'build/deps/librdkafka.a', 'deps/librdkafka/rd.c'])).toEqual(
    built,
  );
});

// A layer keeps what was copied, also where a later one deletes it; and a commit is for ever.
test('files with passwords and keys are neither copied into the image nor committed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'live2vod-ignore-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  execFileSync('git', ['init', '-q', folder]);
  const secret = [
    '.env',
    '.env.production',
    'deploy/.env',
    'live2vod.yaml',
    'live2vod.prod.yaml',
    '.npmrc',
    'a/tls.key',
    'ca.pem',
  ];
  const wanted = ['deploy/emulator.env', 'deploy/live2vod.yaml', 'live2vod.example.yaml', 'package.json'];
  for (const name of ['.gitignore', '.dockerignore']) {
    // Docker's patterns hold for the whole path, as git's do behind a slash.
    const patterns = readFileSync(join(root, name), 'utf8').split('\n');
    const text = name === '.gitignore' ? patterns : patterns.map((one) => one.replace(/^(!?)(?![!#/])(.+)/, '$1/$2'));
    writeFileSync(join(folder, '.gitignore'), text.join('\n'));
    const ignored = (file: string) =>
      spawnSync('git', ['check-ignore', '-q', '--no-index', file], { cwd: folder }).status === 0;
    for (const file of secret) expect([name, file, ignored(file)]).toEqual([name, file, true]);
    for (const file of wanted) expect([name, file, ignored(file)]).toEqual([name, file, false]);
  }
});

test('the image runs as a user without rights, and its data is for that user alone', () => {
  expect(dockerfile.match(/^USER .*$/gm)).toEqual(['USER node']);
  expect(dockerfile.indexOf('USER node')).toBeLessThan(dockerfile.indexOf('ENTRYPOINT'));
  expect(dockerfile).toContain('mkdir --mode=0700 /data');
});

// Without it npm takes whatever comes under a package's name and version.
test('packages are checked against the lock file; those that it has no checksum of are named', () => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { integrity?: string; optional?: true; version?: string }>;
  };
  const unchecked = Object.entries(packages).filter(([path, { integrity }]) => path !== '' && !integrity);
  const page = readFileSync(join(root, 'docs/operations.md'), 'utf8');
  for (const [path, { optional }] of unchecked) {
    expect(optional, path).toBe(true);
    expect(page).toContain(`\`${path.replace('node_modules/', '')}\``);
  }
  for (const [path, { integrity }] of Object.entries(packages))
    if (integrity) expect(integrity, path).toMatch(/^sha512-/);
});
