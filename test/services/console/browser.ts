/** The console's page in a real browser, over a console whose records the test writes. */
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import { testConsole } from './fixture.ts';

export type Visit = Awaited<ReturnType<typeof testConsole>> & { readonly page: Page; readonly url: string };

/**
 * Opens the page of a console made from `options`. Whatever the visit does, the page must not log an error (but one that
 * is `expected`), ask another host, or run what came in as a name.
 */
export async function visit(
  browser: Browser,
  options: Parameters<typeof testConsole>[0] & {
    readonly viewport?: { width: number; height: number };
    readonly colorScheme?: 'light' | 'dark';
    readonly before?: (page: Page) => Promise<unknown>;
    readonly expected?: RegExp;
    /** A status that the console answers a request with instead of its own answer. */
    readonly refuse?: (path: string) => Promise<number | null>;
  },
  then: (visited: Visit) => Promise<void>,
): Promise<void> {
  const served = await testConsole(options);
  const { refuse } = options;
  if (refuse)
    served.app.addHook('onRequest', async (request, reply) => {
      const status = await refuse(request.url);
      if (status !== null) return reply.code(status).send('busy');
    });
  const url = await served.app.listen({ host: '127.0.0.1', port: 0 });
  const context = await browser.newContext({
    locale: 'en-GB',
    viewport: options.viewport ?? { width: 1280, height: 800 },
    colorScheme: options.colorScheme ?? 'light',
  });
  const trouble: string[] = [];
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    page.on('console', (message) => message.type() === 'error' && trouble.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => trouble.push(`error: ${error.message}`));
    page.on('dialog', (dialog) => {
      trouble.push(`dialog: ${dialog.message()}`);
      dialog.dismiss().catch(() => undefined);
    });
    page.on('request', (request) => {
      const asked = request.url();
      if (!asked.startsWith(`${url}/`) && !asked.startsWith('data:')) trouble.push(`request: ${asked}`);
    });
    await options.before?.(page);
    await page.goto(`${url}/`);
    await then({ ...served, page, url });
    expect(trouble.filter((text) => !options.expected?.test(text))).toEqual([]);
  } finally {
    await context.close();
  }
}
