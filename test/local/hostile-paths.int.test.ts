// A home's path went into `log.dirs` (commas), a class path (colons), an agent's options (`=`), a JDBC URL (semicolons) and
// Maven's properties (`${…}`), and Java read it by a locale without letters beyond ASCII: stack traces, stray folders, or data
// somewhere else.
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { ensureJars, freePorts, startRegistry, startStack } from '../../local/index.ts';
import { register, schemaById } from './registry-client.ts';

const jars = join(resolve(process.env.LIVE2VOD_HOME ?? '.live2vod'), 'jars');
const schema = { type: 'record', name: 'Probe', fields: [{ name: 'n', type: 'long' }] };
/** Every character at once that a format on the way gives a meaning to; a slash ends a name, H2 takes no backslash. */
const hostile = ['录制 é a,b:c=d;e#f%41 g"h\'i$', '{user.home}$k&l*m?n[o]{p}!q`r~s|t'].join('');

let folder: string;
beforeAll(async () => {
  await ensureJars({ folder: jars });
  folder = await mkdtemp(join(tmpdir(), 'live2vod-paths-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('broker and registry keep their data in a home of any name, and nothing lies beside it', async () => {
  const home = join(folder, hostile);
  const [kafkaPort = 0, controllerPort = 0, registryPort = 0] = await freePorts(3);
  const stack = await startStack({ home, jars, kafkaPort, registryPort, broker: { controllerPort, heapMb: 256 } });
  onTestFinished(() => stack.stop());
  const id = await register(stack.registryUrl, 'probe', schema);
  await stack.registry?.stop();
  await stack.registry?.restart();
  expect(await schemaById(stack.registryUrl, id)).toEqual(schema);
  expect(await readdir(folder)).toEqual([hostile]);
  expect(await readdir(join(home, 'kafka', 'data'))).toContain('meta.properties');
  expect(await readdir(join(home, 'registry'))).toContain('registry.mv.db');
});

test('a backslash, which the registry’s database can not hold, is refused with the setting’s name', async () => {
  const [port = 0] = await freePorts(1);
  const start = startRegistry({ jars, byteman: jars, folder: join(folder, 'a\\b', 'registry'), port });
  await expect(start).rejects.toThrow(/^LIVE2VOD_HOME: .*a\\b.* backslash/);
});

test('jars are fetched into a folder of any name', async () => {
  const into = join(folder, 'jars of', hostile);
  await mkdir(join(folder, 'jars of'), { recursive: true });
  const { kafka, registry } = await ensureJars({ folder: into });
  expect((await readdir(kafka)).some((name) => name.startsWith('kafka_'))).toBe(true);
  expect((await readdir(registry)).some((name) => name.endsWith('-runner.jar'))).toBe(true);
});
