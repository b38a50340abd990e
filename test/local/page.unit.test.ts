import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

test('the page is bundled in a clone of any name', () => {
  // The bundler takes paths for addresses: in a folder with `#` or `?` it looked for files that end there.
  const folder = mkdtempSync(join(tmpdir(), 'live2vod-page-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const clone = join(folder, "录制 a,b=c;d#e$x?%20'q");
  for (const part of ['local', 'schemas', 'web', 'package.json', 'tsconfig.json']) {
    cpSync(join(root, part), join(clone, part), {
      recursive: true,
      filter: (source) => !source.endsWith('/dist'),
    });
  }
  mkdirSync(join(folder, 'tmp'));
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
  // From where it lies too: a root that was said relatively was looked for in another folder in the end.
  execFileSync('sh', ['local/page.sh', '.'], {
    stdio: 'pipe',
    cwd: clone,
    env: { ...process.env, TMPDIR: join(folder, 'tmp') },
  });
  expect(existsSync(join(clone, 'web/dist/index.html'))).toBe(true);
  // Nothing of its own stays; Node.js and its packages may keep a cache there.
  expect(readdirSync(join(folder, 'tmp')).filter((name) => name.startsWith('tmp.'))).toEqual([]);
});
