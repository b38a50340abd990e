import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const dockerfile = readFileSync(join(import.meta.dirname, '../../Dockerfile'), 'utf8');
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
