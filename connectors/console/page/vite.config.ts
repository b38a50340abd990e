import { defineConfig } from 'vite';

/** Bundles the page into `dist`, which the console serves; nothing is loaded from elsewhere. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: { outDir: 'dist', emptyOutDir: true, chunkSizeWarningLimit: 900, modulePreload: false },
});
