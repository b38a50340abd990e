/**
 * Builds what services downstream install: the package `live2vod` with the one entry `live2vod/client`, plain JavaScript
 * with types, in `dist/client`. Its dependencies are the client's own, so nothing native comes along.
 *
 *   npm run build:client && npm pack ./dist/client
 */
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const target = join(root, 'dist', 'client');
const entry = './client/index';
/** What the built files import. */
const needed = ['@kafkajs/confluent-schema-registry', 'avsc', 'kafkajs'] as const;
/** Schemas that the client reads with; the loader finds them beside itself. */
const schemas = ['VideoState', 'SessionState'] as const;

type Manifest = { version: string; license: string; dependencies: Record<string, string> };

rmSync(target, { recursive: true, force: true });
execFileSync(
  process.execPath,
  [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(import.meta.dirname, 'tsconfig.json')],
  { stdio: 'inherit' },
);
// The compiler rewrites the endings of imports in code only.
for (const file of globSync(join(target, '**/*.d.ts'))) {
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/((?:from|import\() ?'\.[^']*)\.ts'/g, "$1.js'"));
}
mkdirSync(join(target, 'schemas/avro'), { recursive: true });
for (const name of schemas) cpSync(join(root, `schemas/avro/${name}.avsc`), join(target, `schemas/avro/${name}.avsc`));
cpSync(join(root, 'docs/client.md'), join(target, 'README.md'));
cpSync(join(root, 'LICENSE'), join(target, 'LICENSE'));

const { version, license, dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
const manifest = {
  name: 'live2vod',
  version,
  description: 'Follow the state of live-to-VOD recordings, over Kafka or server-sent events',
  license,
  type: 'module',
  engines: { node: '>=20.11' },
  exports: { './client': { types: `${entry}.d.ts`, default: `${entry}.js` } },
  dependencies: Object.fromEntries(needed.map((name) => [name, dependencies[name]])),
};
writeFileSync(join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
