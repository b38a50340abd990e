import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { mavenEnvironment } from '../../local/environment.ts';
import { ensureJars } from '../../local/index.ts';

// By default Maven warns of a jar whose checksum differs from the repository's, and takes it.
test('Maven refuses a jar whose checksum differs, and is given nobody else’s secrets', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'live2vod-maven-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const maven = join(folder, 'mvn');
  writeFileSync(maven, `#!/bin/sh\necho "$*" >'${folder}/arguments'\nenv >'${folder}/environment'\nexit 1\n`, {
    mode: 0o755,
  });
  vi.stubEnv('ALIBABA_CLOUD_ACCESS_KEY_SECRET', 'cloud-secret');
  vi.stubEnv('MAVEN_OPTS', '-Xmx256m');
  vi.stubEnv('https_proxy', 'http://proxy:3128');
  onTestFinished(() => void vi.unstubAllEnvs());
  await expect(ensureJars({ folder: join(folder, 'jars'), maven })).rejects.toMatchObject({ code: 'JARS_FAILED' });
  const options = readFileSync(join(folder, 'arguments'), 'utf8').trim().split(' ');
  expect(options.includes('-C') || options.includes('--strict-checksums')).toBe(true);
  const environment = readFileSync(join(folder, 'environment'), 'utf8');
  expect(environment).not.toContain('cloud-secret');
  for (const line of ['MAVEN_OPTS=-Xmx256m', 'https_proxy=http://proxy:3128']) expect(environment).toContain(line);
});

test('what the user’s settings.xml names is passed on', () => {
  vi.stubEnv('NEXUS_PASSWORD', 'repository-secret');
  vi.stubEnv('OTHER_PASSWORD', 'other-secret');
  onTestFinished(() => void vi.unstubAllEnvs());
  const given = mavenEnvironment(`<password>${'$'}{env.NEXUS_PASSWORD}</password>`);
  expect(given.NEXUS_PASSWORD).toBe('repository-secret');
  expect(given.OTHER_PASSWORD).toBeUndefined();
});
