/** The browser of the page's tests: the Chromium that the system has. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { build } from 'vite';

const pageFolder = join(import.meta.dirname, '../../../web');

/** Where Linux distributions put a Chromium; null where there is none. */
export const chromiumPath =
  ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path)) ?? null;

/** @param args further ones, e.g. what a name leads to */
export async function launchBrowser(args: readonly string[] = []): Promise<Browser> {
  if (!existsSync(join(pageFolder, 'dist', 'index.html')))
    await build({ root: pageFolder, configFile: join(pageFolder, 'vite.config.ts'), logLevel: 'error' });
  return chromium.launch({
    executablePath: chromiumPath ?? '',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...args,
    ],
  });
}
