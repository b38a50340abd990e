import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { session, video } from '../services/console/fixture.ts';
import { type StateWriter, stateTopics } from './state-topics.ts';

const stack = inject('stack');
const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);
let folder: string;
let writer: StateWriter;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'live2vod-client-'));
  writer = await stateTopics(stack);
});
afterAll(async () => {
  await writer?.close();
  await rm(folder, { recursive: true, force: true });
});

/** What somebody downstream writes; every line of it is checked by the compiler and then run. */
const program = `
import { followKafka, followEvents, FollowFault, type SessionState, type VideoState } from 'live2vod/client';

const [brokers = '', registryUrl = '', topicPrefix = ''] = process.argv.slice(2);
const where = { brokers: brokers.split(','), registryUrl, topicPrefix };
let from = '';
for await (const event of followKafka({ states: 'video-state', ...where })) {
  from = event.position;
  if (event.kind === 'live') break;
  if (event.kind !== 'state') continue;
  const state: VideoState = event.state;
  // @ts-expect-error a video has no segments
  void state.segments;
  console.log(state.videoId, state.status, state.renditions.length, state.revision);
}
for await (const event of followKafka({ states: 'video-state', ...where, from })) {
  console.log('resumed', event.kind);
  break;
}
for await (const event of followKafka({ states: 'session-state', ...where })) {
  if (event.kind === 'live') break;
  if (event.kind !== 'state') continue;
  const state: SessionState = event.state;
  console.log(state.sessionId, state.segments.length);
}
void followEvents;
void FollowFault;
`;

/** The network is npm's matter: without its registry there is nothing to install from. */
const registryAway = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|ENETUNREACH|E50\d|network/i;

test('installed from its tarball into an empty project, it compiles, follows the topics, and brings nothing native', {
  timeout: 170_000,
}, async ({ skip }) => {
  const states = video('0123456789abcdef0123456789abcdef', { status: 'TRANSCODED', revision: 7 });
  const sessionId = 'play.example.com/live/room-42/2026-03-01T09:00:00.000Z';
  await writer.video({ [states.videoId]: states });
  await writer.session({ [sessionId]: session(sessionId, { revision: 1 }) });

  await run(process.execPath, [join(root, 'client/build.ts')]);
  const { stdout: packed } = await run('npm', [
    'pack',
    join(root, 'dist/client'),
    '--pack-destination',
    folder,
    '--silent',
  ]);
  const project = join(folder, 'project');
  await mkdir(project);
  await writeFile(join(project, 'package.json'), '{ "name": "downstream", "private": true, "type": "module" }\n');
  await writeFile(join(project, 'program.ts'), program);
  const guide = await readFile(join(root, 'docs/client.md'), 'utf8');
  const examples = [...guide.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ''], index) => ({
    name: `example-${index}.ts`,
    code,
  }));
  expect(examples).toHaveLength(2);
  for (const { name, code } of examples) await writeFile(join(project, name), code);
  await writeFile(
    join(project, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        target: 'es2022',
        module: 'nodenext',
        strict: true,
        outDir: 'built',
        types: ['node'],
        typeRoots: [join(root, 'node_modules/@types')],
      },
      files: ['program.ts', ...examples.map(({ name }) => name)],
    }),
  );
  const install = ['install', join(folder, packed.trim()), '--prefer-offline', '--no-audit', '--no-fund'];
  try {
    await run('npm', install, { cwd: project, timeout: 90_000 });
  } catch (error) {
    const said = `${(error as { stderr?: string }).stderr ?? error}`;
    if (!registryAway.test(said)) throw error;
    skip(`npm can't reach its registry, so the tarball's dependencies can't be installed: ${said.slice(0, 200)}`);
  }

  const installed = await readdir(join(project, 'node_modules'));
  expect(installed).toContain('live2vod');
  expect(installed).not.toContain('@confluentinc');
  const built = await readdir(join(project, 'node_modules'), { recursive: true });
  expect(built.filter((file) => file.endsWith('.node') || file.endsWith('binding.gyp'))).toEqual([]);

  await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project]).catch(
    (error: unknown) => {
      throw new Error(`the program doesn't compile: ${(error as { stdout?: string }).stdout}`, { cause: error });
    },
  );
  expect(existsSync(join(project, 'built/program.js'))).toBe(true);
  const { stdout, stderr } = await run(process.execPath, [
    join(project, 'built/program.js'),
    stack.brokers,
    stack.registryUrl,
    writer.prefix,
  ]);
  expect(stdout.trim().split('\n')).toEqual([`${states.videoId} TRANSCODED 0 7`, 'resumed live', `${sessionId} 0`]);
  // Neither kafkajs's log nor Node's warning about its timers.
  expect(stderr).toBe('');
});
