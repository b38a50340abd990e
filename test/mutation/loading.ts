/** Loads tests with the code that they test: instrumented, and as often as wanted. */
import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { root } from './paths.ts';
import { type CollectedTest, collect } from './suite.ts';

const suiteUrl = pathToFileURL(join(import.meta.dirname, 'suite.ts')).href;
const inTests = pathToFileURL(join(root, 'test')).href;
const inMutation = pathToFileURL(import.meta.dirname).href;
const inProcessors = pathToFileURL(join(root, 'processors')).href;

/**
 * From now on `import` gives tests and `processors/` anew for every `?copy=…` that a test file is asked for with;
 * `sources` stands in for the files it names (paths from the root), `vitest` is our own collector. `schemas/`, and what
 * is installed, is loaded once.
 */
export function loadFrom(sources: ReadonlyMap<string, string>): void {
  const stripped = new Map<string, string>();
  const textOf = (file: string): string => {
    let text = stripped.get(file);
    if (text === undefined) {
      const source = sources.get(file.slice(root.length + 1)) ?? readFileSync(file, 'utf8');
      text = stripTypeScriptTypes(source);
      stripped.set(file, text);
    }
    return text;
  };
  registerHooks({
    resolve(specifier, context, next) {
      const copy = context.parentURL === undefined ? '' : new URL(context.parentURL).search;
      if (specifier === 'vitest' && copy !== '') return { url: suiteUrl, shortCircuit: true };
      const resolved = next(specifier, context);
      return isCopied(resolved.url) && copy !== '' ? { ...resolved, url: resolved.url + copy } : resolved;
    },
    load(url, context, next) {
      if (!isCopied(url) || !url.includes('?copy=')) return next(url, context);
      return { format: 'module', source: textOf(fileURLToPath(url)), shortCircuit: true };
    },
  });
}

function isCopied(url: string): boolean {
  if (!url.endsWith('.ts') && !url.includes('.ts?')) return false;
  return url.startsWith(`${inProcessors}/`) || (url.startsWith(`${inTests}/`) && !url.startsWith(`${inMutation}/`));
}

/** The tests of a file (path from the root), in the copy of that name. */
export function testsIn(file: string, copy: string): Promise<readonly CollectedTest[]> {
  return collect(() => import(`${pathToFileURL(join(root, file)).href}?copy=${copy}`) as Promise<unknown>);
}
